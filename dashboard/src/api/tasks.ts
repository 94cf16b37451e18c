import { storedStateOf } from '../../../src/core/task-state.ts';
import { type Answer, answer, api, type Call, get } from './call.ts';
import type { BatchTaskInfo, TaskPage, TaskRow } from './carriers.ts';

/** The parameters of a call for one resource. */
export const at = (id: number) => ({ path: { id } });

/** Reads a task with its ETag. @throws Refused, Unreachable */
export function readTask(id: number, signal: AbortSignal): Promise<Answer<BatchTaskInfo>> {
  // With an id the response is one task; with the name of a state it would be a list.
  return answer(api.GET('/api/v1/BatchTask/{id}', { params: at(id), signal }) as Call<BatchTaskInfo>);
}

/** The query options of the archive list, such as `$filter`. */
export type ListOptions = Readonly<Record<string, string>>;

/** Reads a page of the archive list. @throws Refused, Unreachable */
export async function listTasks(options: ListOptions, signal?: AbortSignal): Promise<TaskPage> {
  const init = { params: { query: given(options) }, ...(signal === undefined ? {} : { signal }) };
  const page = await get(api.GET('/api/v1/BatchTask', init) as unknown as Call<WirePage>);
  return { ...page, value: page.value.map((row) => ({ ...row, state: storedStateOf(row.state) })) };
}

/** Counts the tasks of a filter; the server counts up to a million. @throws Refused, Unreachable */
export async function countTasks($filter: string, signal: AbortSignal): Promise<number | undefined> {
  const query = given({ $filter, $top: '0', $inlineCount: 'True' });
  const init = { params: { query }, signal };
  return (await get(api.GET('/api/v1/Archive/BatchTasks', init) as unknown as Call<WirePage>))['odata.count'];
}

/** A page on the wire, where states are numbers. */
type WirePage = Omit<TaskPage, 'value'> & {
  readonly value: readonly (Omit<TaskRow, 'state'> & { readonly state: number })[];
};

function given(options: ListOptions): ListOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}
