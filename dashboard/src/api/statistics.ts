import { queryOptions } from '@tanstack/react-query';
import { api, get } from './call.ts';

/** The polling interval of statistics, in milliseconds. */
const INTERVAL = 5000;

/** The statistics of the last minutes. */
export const statisticsQuery = (minutes: number) =>
  queryOptions({
    queryKey: ['statistics', minutes],
    queryFn: ({ signal }) =>
      get(api.GET('/api/v1/Statistics', { params: { query: { Minutes: String(minutes) } }, signal })),
    refetchInterval: INTERVAL,
    placeholderData: (before) => before,
  });

/** The statistics of one definition of the last minutes. */
export const definitionStatisticsQuery = (name: string, minutes: number) =>
  queryOptions({
    queryKey: ['statistics', minutes, name],
    queryFn: ({ signal }) =>
      get(
        api.GET('/api/v1/Definitions/{name}/Statistics', {
          params: { path: { name }, query: { Minutes: String(minutes) } },
          signal,
        }),
      ),
    refetchInterval: INTERVAL,
    placeholderData: (before) => before,
  });
