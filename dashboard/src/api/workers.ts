import { queryOptions } from '@tanstack/react-query';
import { api, get } from './call.ts';

/** The polling interval of workers, in milliseconds. */
const INTERVAL = 5000;

/** The live servers and workers; with a definition only those that run it. */
export const workersQuery = (definition?: string) =>
  queryOptions({
    queryKey: ['workers', definition],
    queryFn: ({ signal }) =>
      get(
        api.GET('/api/v1/Workers', {
          params: { query: definition === undefined ? {} : { Definition: definition } },
          signal,
        }),
      ),
    refetchInterval: INTERVAL,
  });
