import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { answer, api, type Call } from '../api/call.ts';
import type { Schedule, Session } from '../api/carriers.ts';
import { schedulesQuery, tasksOfSchedule } from '../api/schedules.ts';
import { useNames } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import { useTitle } from '../title.ts';
import { useCronWords } from './cron-words.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';

/** Refetch interval of the list, in milliseconds. */
const INTERVAL = 5000;

/** The schedules with their last and next runs. */
export default function SchedulesPage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const names = useNames(who);
  const { number } = useTimes();
  const [edited, setEdited] = useState<Schedule | 'new'>();
  useTitle(t`Schedules`);
  const list = useQuery({ ...schedulesQuery, refetchInterval: INTERVAL });
  const run = (call: Call): Promise<unknown> =>
    answer(call).finally(() => queries.invalidateQueries({ queryKey: schedulesQuery.queryKey }));
  const act = useMutation({ mutationFn: (call: () => Call) => run(call()) });
  const words = useCronWords();
  const overlaps: Readonly<Record<Schedule['Overlap'], string>> = {
    Allow: '',
    Skip: t`Skips runs while a task is running`,
    Queue: t`Queues runs while a task is running`,
  };
  const columns: readonly Column<Schedule>[] = [
    { title: t`Name`, sort: ({ Name }) => Name, cell: ({ Name }) => Name },
    {
      title: t`Definition`,
      sort: ({ Definition }) => Definition,
      cell: ({ Definition }) => (
        <Link href={`/definitions/${encodeURIComponent(Definition)}`}>{Definition}</Link>
      ),
    },
    {
      title: t`Owner`,
      sort: ({ AssociateId }) => names(AssociateId),
      cell: ({ AssociateId }) => names(AssociateId),
    },
    {
      title: t`Schedule`,
      cell: ({ Cron, TimeZone, Overlap }) => (
        <>
          {words(Cron)}
          <p className="dim">
            <code>{Cron}</code> {TimeZone}
          </p>
          {Overlap !== 'Allow' && <p className="dim">{overlaps[Overlap]}</p>}
        </>
      ),
    },
    {
      title: t`Next run`,
      sort: ({ Paused, NextRuns }) => (Paused ? '' : (NextRuns[0] ?? '')),
      cell: ({ Paused, NextRuns, QueuedRuns }) => (
        <>
          {Paused ? <strong>{t`Paused`}</strong> : <Moment at={NextRuns[0]} />}
          {QueuedRuns.length > 0 && (
            <p className="dim">
              {QueuedRuns.length === 1 ? t`1 run is queued` : t`${number(QueuedRuns.length)} runs are queued`}
            </p>
          )}
        </>
      ),
    },
    {
      title: t`Last run`,
      sort: ({ LastRun }) => LastRun,
      cell: (schedule) => <LastRun schedule={schedule} />,
    },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: (schedule) => (
        <>
          <button type="button" aria-label={t`Edit ${schedule.Name}`} onClick={() => setEdited(schedule)}>
            {t`Edit`}
          </button>
          <button
            type="button"
            aria-label={schedule.Paused ? t`Resume ${schedule.Name}` : t`Pause ${schedule.Name}`}
            onClick={() => act.mutate(() => pauseOrResume(schedule))}
          >
            {schedule.Paused ? t`Resume` : t`Pause`}
          </button>
          <button
            type="button"
            aria-label={t`Run now: ${schedule.Name}`}
            onClick={() =>
              act.mutate(() => api.POST('/api/v1/Schedules/{id}/RunNow', { params: at(schedule.Id) }))
            }
          >
            {t`Run now`}
          </button>
          <ConfirmButton
            action={t`Delete`}
            label={t`Delete ${schedule.Name}`}
            title={t`Delete ${schedule.Name}?`}
            text={t`The schedule starts no more tasks. Tasks that it has started are kept.`}
            run={() => run(api.DELETE('/api/v1/Schedules/{id}', { params: at(schedule.Id) }))}
          />
        </>
      ),
    },
  ];
  return (
    <section>
      <div className="page-title">
        <h1>{t`Schedules`}</h1>
        <button type="button" className="primary" onClick={() => setEdited('new')}>{t`New schedule`}</button>
      </div>
      <Problem error={list.error ?? act.error} />
      <DataTable
        label={t`Schedules`}
        columns={columns}
        rows={list.data}
        keyOf={({ Id }) => Id}
        empty={t`No schedules yet.`}
      />
      {edited !== undefined && (
        <ScheduleDialog
          schedule={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </section>
  );
}

/** The last run with its outcome, and why later ones started nothing. */
function LastRun({
  schedule: {
    Id,
    Name,
    LastRun,
    LastTaskId,
    LastTaskState,
    LastTaskStopped,
    LastProblem,
    LastSkipped,
    LastSkippedFor,
  },
}: {
  schedule: Schedule;
}): ReactNode {
  const { t } = useTexts();
  const hasTask = LastTaskId !== null && LastTaskId > 0;
  return (
    <>
      <Moment at={LastRun} />
      {hasTask && (
        <p>
          {LastTaskState !== null && <StateMark state={LastTaskState} isStopped={LastTaskStopped} />}{' '}
          {LastTaskState === null ? (
            `#${LastTaskId}`
          ) : (
            <Link href={`/tasks/${LastTaskId}`}>#{LastTaskId}</Link>
          )}
          {' · '}
          <Link href={tasksOfSchedule(Id)} aria-label={t`Tasks of ${Name}`}>
            {t`Tasks`}
          </Link>
        </p>
      )}
      {LastSkipped !== null && LastSkippedFor !== null && (
        <p className="dim">
          <Moment at={LastSkipped} />: {t`skipped, still running`}{' '}
          <Link href={`/tasks/${LastSkippedFor}`}>#{LastSkippedFor}</Link>
        </p>
      )}
      {LastProblem !== '' && <p className="field-error">{LastProblem}</p>}
    </>
  );
}

function pauseOrResume({ Id, Paused }: Schedule): Call {
  return Paused
    ? api.POST('/api/v1/Schedules/{id}/Resume', { params: at(Id) })
    : api.POST('/api/v1/Schedules/{id}/Pause', { params: at(Id) });
}
