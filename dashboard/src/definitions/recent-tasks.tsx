import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { quoteText } from '../../../src/core/odata/lexer.ts';
import { hasEnded } from '../../../src/core/task-state.ts';
import type { Definition, Session, TaskRow } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { listTasks } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

const COLUMNS =
  'batchTaskId,state,stopped,description,associateId,registeredDate,lastStarted,updatedDate,startCount';
const SHOWN = 10;

/** The latest tasks of a definition that the user may see. */
export function RecentTasks({
  definition: { Name },
  who,
}: {
  definition: Definition;
  who: Session;
}): ReactNode {
  const { t } = useTexts();
  const { duration } = useTimes();
  const names = useNames(who);
  const list = useQuery({
    queryKey: ['tasks', 'of', Name],
    queryFn: ({ signal }) =>
      listTasks(
        {
          $filter: `name eq ${quoteText(Name)}`,
          $select: COLUMNS,
          $orderBy: 'batchTaskId desc',
          $top: String(SHOWN),
        },
        signal,
      ),
  });
  useLive(() => list.refetch());
  const columns: readonly Column<TaskRow>[] = [
    {
      title: t`Task`,
      cell: ({ batchTaskId, description }) => (
        <>
          <Link href={`/tasks/${batchTaskId}`}>#{batchTaskId}</Link>{' '}
          <span className="dim">{description}</span>
        </>
      ),
    },
    { title: t`State`, cell: ({ state, stopped }) => <StateMark state={state} isStopped={stopped} /> },
    { title: t`Owner`, cell: ({ associateId }) => names(associateId) },
    { title: t`Created`, cell: ({ registeredDate }) => <Moment at={registeredDate} /> },
    {
      title: t`Duration`,
      kind: 'number',
      cell: ({ state, lastStarted, updatedDate }) => {
        const began = readTime(lastStarted);
        const ended = readTime(updatedDate);
        return began === undefined || ended === undefined || !hasEnded(state) ? '–' : duration(ended - began);
      },
    },
  ];
  return (
    <section>
      <h2>{t`Recent tasks`}</h2>
      <Problem error={list.error} />
      {list.error === null && (
        <DataTable
          label={t`Recent tasks`}
          columns={columns}
          rows={list.data?.value}
          keyOf={({ batchTaskId }) => batchTaskId}
          empty={t`No tasks yet.`}
        />
      )}
    </section>
  );
}
