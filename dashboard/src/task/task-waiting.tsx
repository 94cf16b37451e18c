import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { hasEnded } from '../../../src/core/task-state.ts';
import { api, get } from '../api/call.ts';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { readTime, useNow, useTimes } from '../times.ts';

/** Interval for reading why a task waits, in milliseconds: a pause, a limit and the queue change without events. */
const INTERVAL = 5000;

const isWaiting = ({ Reason }: { readonly Reason: string }): boolean =>
  Reason !== 'Running' && Reason !== 'Ended';

/** The reasons why a task waits, and the time until it is due; nothing for a task that is running or has ended. */
export function TaskWaiting({ task }: { task: BatchTaskInfo }): ReactNode {
  const { ago, moment } = useTimes();
  const now = useNow();
  const ended = hasEnded(task.State);
  const { data, refetch } = useQuery({
    queryKey: ['waiting', task.Id, task.State],
    queryFn: ({ signal }) => get(api.GET('/api/v1/BatchTask/{id}/Waiting', { params: at(task.Id), signal })),
    enabled: !ended,
    refetchInterval: ({ state }) => (state.data?.WaitsFor.some(isWaiting) ? INTERVAL : false),
  });
  useLive(async () => {
    if (!ended) await refetch();
  });
  const waits = ended ? [] : (data?.WaitsFor.filter(isWaiting) ?? []);
  if (waits.length === 0) return null;
  const due = readTime(data?.DueAt ?? '');
  return (
    <p className="task-waiting" role="status">
      {waits.map(({ Text }) => Text).join(' ')}
      {due !== undefined && due > now && (
        <>
          {' ('}
          <time dateTime={new Date(due).toISOString()} title={moment(due)}>
            {ago(due, now)}
          </time>
          {')'}
        </>
      )}
    </p>
  );
}
