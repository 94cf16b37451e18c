import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { TaskRow } from '../api/carriers.ts';
import { listTasks } from '../api/tasks.ts';

const keyOf = ({ batchTaskId, startCount }: TaskRow): readonly unknown[] => [
  'reason',
  batchTaskId,
  startCount,
];

/**
 * The Results of the Failed tasks among the rows in view, which say why they failed. They can be long, so that the list
 * itself does not load them; each is loaded once for a run.
 *
 * @returns the reason of a row; empty for other states, and until it is loaded
 */
export function useFailureReasons(rows: readonly TaskRow[]): (row: TaskRow) => string {
  const queries = useQueryClient();
  const known = (row: TaskRow): string | undefined => queries.getQueryData<string>(keyOf(row));
  const missing = rows.filter((row) => row.state === 'Failed' && known(row) === undefined).slice(0, 100);
  const ids = missing.map((row) => row.batchTaskId);
  useQuery({
    queryKey: ['reasons', ids],
    queryFn: async ({ signal }) => {
      const $filter = `batchTaskId oneOf (${ids.join(', ')})`;
      const { value } = await listTasks(
        { $filter, $select: 'batchTaskId,state,result', $top: String(ids.length) },
        signal,
      );
      const results = new Map(value.map((row) => [row.batchTaskId, row.result ?? '']));
      for (const row of missing) queries.setQueryData(keyOf(row), results.get(row.batchTaskId) ?? '');
      return results;
    },
    enabled: ids.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (row) => (row.state === 'Failed' ? (known(row) ?? '') : '');
}
