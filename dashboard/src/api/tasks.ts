import { type Answer, answer, api, type Call, get } from './call.ts';
import type { BatchTaskInfo, TaskPage } from './carriers.ts';

/** Where a call is about a task, or something else that has a number. */
export const at = (id: number) => ({ path: { id } });

/** A task, with its version. @throws Refused, Unreachable */
export function readTask(id: number, signal: AbortSignal): Promise<Answer<BatchTaskInfo>> {
  // By an id it is one task; by the name of a state it would be several.
  return answer(api.GET('/api/v1/BatchTask/{id}', { params: at(id), signal }) as Call<BatchTaskInfo>);
}

/** The options of the archive list, such as `$filter`. */
export type ListOptions = Readonly<Record<string, string>>;

/** A page of the archive list. @throws Refused, Unreachable */
export function listTasks(options: ListOptions, signal?: AbortSignal): Promise<TaskPage> {
  const query = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
  const init = { params: { query }, ...(signal === undefined ? {} : { signal }) };
  return get(api.GET('/api/v1/BatchTask', init) as unknown as Call<TaskPage>);
}
