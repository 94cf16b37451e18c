import { type ListedState, listedStateOf } from '../../../src/core/odata/listed-state.ts';
import { storedStateOf } from '../../../src/core/task-state.ts';
import { type Answer, answer, api, type Call, get, Refused } from './call.ts';
import type { Attempt, BatchTaskInfo, TaskPage, TaskRow } from './carriers.ts';

/** The parameters of a call for one resource. */
export const at = (id: number) => ({ path: { id } });

/** Reads a task with its ETag. @throws Refused, Unreachable */
export function readTask(id: number, signal: AbortSignal): Promise<Answer<BatchTaskInfo>> {
  // With an id the response is one task; with the name of a state it would be a list.
  return answer(api.GET('/api/v1/BatchTask/{id}', { params: at(id), signal }) as Call<BatchTaskInfo>);
}

/** Reads the attempts with larger numbers than `after`, oldest first. @throws Refused, Unreachable */
export async function readAttempts(id: number, after: number, signal: AbortSignal): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (;;) {
    const query = { After: String(attempts.at(-1)?.Number ?? after) };
    const call = api.GET('/api/v1/BatchTask/{id}/Attempts', { params: { ...at(id), query }, signal });
    attempts.push(...((await get(call)) as Attempt[]));
    if (!(await call).response.headers.has('Batchline-List-Cut')) return attempts;
  }
}

/** The query options of the archive list, such as `$filter`. */
export type ListOptions = Readonly<Record<string, string>>;

/** Reads a page of the archive list. @throws Refused, Unreachable */
export async function listTasks(options: ListOptions, signal?: AbortSignal): Promise<TaskPage> {
  const init = { params: { query: given(options) }, ...(signal === undefined ? {} : { signal }) };
  const page = await get(api.GET('/api/v1/BatchTask', init) as unknown as Call<WirePage>);
  return { ...page, value: page.value.map((row) => ({ ...row, state: storedStateOf(row.state) })) };
}

/** Returns the options of the next page; `undefined` after the last one. */
export function nextPage(page: TaskPage): ListOptions | undefined {
  const link = page['odata.nextLink'];
  // The link's host may differ from this page's.
  return link == null ? undefined : Object.fromEntries(new URL(link, location.href).searchParams);
}

/** Numbers of tasks by state; states without tasks are missing. Failed is without those that were stopped. */
export type StateCounts = Readonly<Partial<Record<ListedState, number>>>;

/**
 * Counts the tasks of a list by state.
 *
 * @returns `null` if there are more than the server counts, a million
 * @throws Refused, Unreachable
 */
export async function countTasks(options: ListOptions, signal: AbortSignal): Promise<StateCounts | null> {
  const $select = [STATE, STOPPED, COUNT].join();
  const init = { params: { query: given({ ...options, $select }) }, signal };
  const groups = api.GET('/api/v1/BatchTask', init) as unknown as Call<{ value: readonly Group[] }>;
  try {
    const { value } = await get(groups);
    return Object.fromEntries(
      value.map((group) => [
        listedStateOf(storedStateOf(Number(group[STATE])), group[STOPPED]),
        group[COUNT],
      ]),
    );
  } catch (error) {
    if (error instanceof Refused && error.status === 400) return null;
    throw error;
  }
}

/** The columns of a row for each state, with its number of tasks. */
const STATE = 'GroupBy(state):Footer,HideDetail';
const STOPPED = 'GroupBy(stopped):Footer,HideDetail';
const COUNT = 'CountAll(state):Footer,HideDetail';

interface Group {
  readonly [STATE]: number | string;
  readonly [STOPPED]: boolean;
  readonly [COUNT]: number;
}

/** A page on the wire, where states are numbers. */
type WirePage = Omit<TaskPage, 'value'> & {
  readonly value: readonly (Omit<TaskRow, 'state'> & { readonly state: number })[];
};

function given(options: ListOptions): ListOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}
