import { queryOptions } from '@tanstack/react-query';
import { api, get } from './call.ts';

/** The address of the list of tasks that a schedule has started. */
export const tasksOfSchedule = (id: number): string => `/?scope=all&q=schedule:${id}`;

/** The schedules. */
export const schedulesQuery = queryOptions({
  queryKey: ['schedules'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Schedules', { signal })),
});
