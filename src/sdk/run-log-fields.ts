import type { BatchTask } from '../core/task.ts';

/** What every line that a run logs names: the same fields in the server and in workers outside it. */
export function logFieldsOf(
  { id: taskId, attempt, name: definition, tenant }: BatchTask,
  traceId: string | undefined,
): Record<string, string | number> {
  const fields = { taskId, attempt, definition, tenant };
  return traceId === undefined ? fields : { ...fields, trace_id: traceId };
}
