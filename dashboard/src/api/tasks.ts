import { storedStateOf } from '../../../src/domain/task-state.ts';
import { type Answer, answer, api, type Call, get } from './call.ts';
import type { BatchTaskInfo, TaskPage, TaskRow } from './carriers.ts';

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
export async function listTasks(options: ListOptions, signal?: AbortSignal): Promise<TaskPage> {
  const init = { params: { query: given(options) }, ...(signal === undefined ? {} : { signal }) };
  const page = await get(api.GET('/api/v1/BatchTask', init) as unknown as Call<WirePage>);
  return { ...page, value: page.value.map((row) => ({ ...row, state: storedStateOf(row.state) })) };
}

/** How many tasks a filter lets through; the server counts up to a million. @throws Refused, Unreachable */
export async function countTasks($filter: string, signal: AbortSignal): Promise<number | undefined> {
  const query = given({ $filter, $top: '0', $inlineCount: 'True' });
  const init = { params: { query }, signal };
  return (await get(api.GET('/api/v1/Archive/BatchTasks', init) as unknown as Call<WirePage>))['odata.count'];
}

/** As the list writes it: states are numbers there. */
type WirePage = Omit<TaskPage, 'value'> & {
  readonly value: readonly (Omit<TaskRow, 'state'> & { readonly state: number })[];
};

function given(options: ListOptions): ListOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}
