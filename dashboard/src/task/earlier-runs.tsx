import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { quoteText } from '../../../src/core/odata/lexer.ts';
import { listedStateOf } from '../../../src/core/odata/listed-state.ts';
import type { BatchTaskInfo, TaskRow } from '../api/carriers.ts';
import { listTasks } from '../api/tasks.ts';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** Number of tasks in the plot. */
const RUNS = 14;
const COLUMNS = 'batchTaskId,name,state,stopped,lastStarted,updatedDate';

/** The durations of the last ended tasks of the same definition up to this one, as bars in the colours of their states. */
export function EarlierRuns({ task }: { task: BatchTaskInfo }): ReactNode {
  const { t } = useTexts();
  const { duration } = useTimes();
  const stateName = useStateName();
  const { Id, Name } = task;
  const { data } = useQuery({
    queryKey: ['earlier-runs', Name, Id, task.State],
    queryFn: ({ signal }) =>
      listTasks(
        {
          $filter: `name eq ${quoteText(Name)} and state oneOf ('Succeeded', 'SucceededManualCleanup', 'Failed') and batchTaskId le ${Id}`,
          $select: COLUMNS,
          $orderBy: 'batchTaskId desc',
          $top: String(RUNS),
        },
        signal,
      ),
    staleTime: 60_000,
  });
  const runs = (data?.value ?? []).flatMap(runOf).reverse();
  if (runs.filter(({ row }) => row.batchTaskId !== Id).length < 2) return null;
  const longest = Math.max(1, ...runs.map(({ milliseconds }) => milliseconds));
  return (
    <section className="panel">
      <h2>{t`Earlier runs`}</h2>
      <p className="dim">{t`Durations of the last ${runs.length} tasks; the longest took ${duration(longest)}.`}</p>
      <ol className="runs" aria-label={t`Earlier runs`}>
        {runs.map(({ row, milliseconds }) => {
          const state = listedStateOf(row.state, row.stopped);
          const text = `#${row.batchTaskId}: ${stateName(state)}, ${duration(milliseconds)}`;
          return (
            <li key={row.batchTaskId}>
              <Link
                href={`/tasks/${row.batchTaskId}`}
                title={text}
                aria-label={text}
                aria-current={row.batchTaskId === Id ? 'true' : undefined}
                className={`run run-${state}`}
              >
                <span style={{ height: `${Math.max(4, (100 * milliseconds) / longest)}%` }} />
              </Link>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** A task with its duration; none if it never ran. */
function runOf(row: TaskRow): { readonly row: TaskRow; readonly milliseconds: number }[] {
  const started = readTime(row.lastStarted);
  const ended = readTime(row.updatedDate);
  return started === undefined || ended === undefined
    ? []
    : [{ row, milliseconds: Math.max(0, ended - started) }];
}
