import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { answer, api, type Call, get } from '../api/call.ts';
import type { Schedule, Session } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';

/** Refetch interval of the list, in milliseconds. */
const INTERVAL = 5000;

/** The schedules with their last and next runs. */
export default function SchedulesPage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const names = useNames(who);
  const [edited, setEdited] = useState<Schedule | 'new'>();
  useTitle(t`Schedules`);
  const list = useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => get(api.GET('/api/v1/Schedules', { signal })),
    refetchInterval: INTERVAL,
  });
  const run = (call: Call): Promise<unknown> =>
    answer(call).finally(() => queries.invalidateQueries({ queryKey: ['schedules'] }));
  const act = useMutation({ mutationFn: (call: () => Call) => run(call()) });
  const columns: readonly Column<Schedule>[] = [
    { title: t`Name`, cell: ({ Name }) => Name },
    { title: t`Definition`, cell: ({ Definition }) => Definition },
    { title: t`Owner`, cell: ({ AssociateId }) => names(AssociateId) },
    {
      title: t`Schedule`,
      cell: ({ Cron, TimeZone }) => (
        <>
          <code>{Cron}</code> <span className="dim">{TimeZone}</span>
        </>
      ),
    },
    {
      title: t`Next run`,
      cell: ({ Paused, NextRuns }) => (Paused ? <strong>{t`Paused`}</strong> : <Moment at={NextRuns[0]} />),
    },
    {
      title: t`Last run`,
      cell: ({ LastRun, LastTaskId, LastProblem }) => (
        <>
          <Moment at={LastRun} />{' '}
          {LastTaskId !== null && LastTaskId > 0 && <Link href={`/tasks/${LastTaskId}`}>#{LastTaskId}</Link>}
          {LastProblem !== '' && <p className="field-error">{LastProblem}</p>}
        </>
      ),
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

function pauseOrResume({ Id, Paused }: Schedule): Call {
  return Paused
    ? api.POST('/api/v1/Schedules/{id}/Resume', { params: at(Id) })
    : api.POST('/api/v1/Schedules/{id}/Pause', { params: at(Id) });
}
