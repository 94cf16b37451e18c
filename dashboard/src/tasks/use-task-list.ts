import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { TaskPage, TaskRow } from '../api/carriers.ts';
import { countTasks, type ListOptions, listTasks, nextPage, type StateCounts } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { type Filter, toArchiveFilter, toArchiveOrder } from './filter.ts';

const PAGE = 100;
const COLUMNS =
  'batchTaskId,name,state,associateId,description,progressPercent,progressDescription,registeredDate,updatedDate,lastStarted,startCount,stopped,dueAt,waitsFor';

/** Interval for counting the tasks, in milliseconds. Counting reads all of them. */
const COUNT_INTERVAL = 15_000;

/** Interval for repeating a search, in milliseconds. */
const SEARCH_INTERVAL = 5000;

/** The tasks of a filter, page by page, with live updates. */
export interface TaskList {
  /** The filter, order and columns of the list. */
  readonly options: ListOptions;
  readonly rows: readonly TaskRow[];
  /** The numbers of tasks by state, regardless of the filter's states; `undefined` until they are counted. */
  readonly counts: StateCounts | undefined;
  /** Whether there are too many tasks to count them. */
  readonly isUncounted: boolean;
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly loadMore: () => void;
}

/**
 * Loads the tasks of a filter. Pages are fetched on scroll and never again. Updates refetch the first page while the
 * top is in view, and otherwise the tasks in view.
 *
 * @param visible returns the ids of the tasks in view, and whether the top is in view
 */
export function useTaskList(
  filter: Filter,
  associateId: number,
  visible: () => { readonly ids: readonly number[]; readonly isTop: boolean },
): TaskList {
  const queries = useQueryClient();
  const $filter = toArchiveFilter(filter, associateId);
  const ofAllStates = toArchiveFilter({ ...filter, states: [] }, associateId);
  const $orderBy = toArchiveOrder(filter);
  const $search = filter.search.trim();
  const queryKey = ['tasks', $filter, $search, $orderBy];
  const options = { $filter, $search, $orderBy, $select: COLUMNS };
  const first = { ...options, $top: String(PAGE) };

  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => listTasks(pageParam, signal),
    initialPageParam: first as ListOptions,
    getNextPageParam: nextPage,
    staleTime: Number.POSITIVE_INFINITY,
    // Kept for a while, so that Back finds the pages that had been loaded.
    gcTime: 5 * 60_000,
  });
  const count = useQuery({
    queryKey: ['task-count', ofAllStates, $search],
    queryFn: ({ signal }) => countTasks({ $filter: ofAllStates, $search }, signal),
    placeholderData: (before) => before,
    // Counting is slow, so it starts after the first page.
    enabled: list.isSuccess,
    refetchInterval: COUNT_INTERVAL,
  });

  const refresh = async (): Promise<void> => {
    if (list.isFetching) return;
    if (list.data === undefined) return void (await list.refetch());
    const { ids, isTop } = visible();
    if (isTop) {
      const page = await listTasks(first);
      queries.setQueryData<InfiniteData<TaskPage, ListOptions>>(queryKey, (data) =>
        withTop(data, page, first),
      );
    } else if (ids.length > 0) {
      const chosen = {
        $filter: `batchTaskId oneOf (${ids.join(', ')})`,
        $select: COLUMNS,
        $top: String(PAGE),
      };
      const { value } = await listTasks(chosen);
      queries.setQueryData<InfiniteData<TaskPage, ListOptions>>(queryKey, (data) => withRows(data, value));
    }
  };
  useLive(refresh);
  const current = useRef(refresh);
  current.current = refresh;
  // Words are found only when the index has them, which is after the events.
  useEffect(() => {
    if ($search === '') return;
    const timer = setInterval(() => void current.current().catch(() => undefined), SEARCH_INTERVAL);
    return () => clearInterval(timer);
  }, [$search]);

  return {
    options,
    rows: list.data?.pages.flatMap((page) => page.value) ?? [],
    counts: count.data ?? undefined,
    isUncounted: count.data === null,
    isComplete: list.data !== undefined && !list.hasNextPage,
    isLoading: list.isPending,
    error: list.error,
    loadMore: () => {
      if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
    },
  };
}

/** Replaces the first page. If its tasks have changed, the other pages no longer continue it and are dropped. */
function withTop(
  data: InfiniteData<TaskPage, ListOptions> | undefined,
  page: TaskPage,
  first: ListOptions,
): InfiniteData<TaskPage, ListOptions> {
  const ids = (each: TaskPage | undefined): string => each?.value.map((row) => row.batchTaskId).join() ?? '';
  if (data === undefined || ids(data.pages[0]) !== ids(page)) return { pages: [page], pageParams: [first] };
  const [old, ...others] = data.pages;
  // The other pages continue the link that they were fetched by.
  const top = { ...page, 'odata.nextLink': old?.['odata.nextLink'] ?? null };
  return { ...data, pages: [others.length === 0 ? page : top, ...others] };
}

/** Replaces the rows with the same ids. */
function withRows(
  data: InfiniteData<TaskPage, ListOptions> | undefined,
  rows: readonly TaskRow[],
): InfiniteData<TaskPage, ListOptions> | undefined {
  if (data === undefined) return undefined;
  const byId = new Map(rows.map((row) => [row.batchTaskId, row]));
  const pages = data.pages.map((page) => ({
    ...page,
    value: page.value.map((row) => byId.get(row.batchTaskId) ?? row),
  }));
  return { ...data, pages };
}
