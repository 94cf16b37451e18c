import { queryOptions } from '@tanstack/react-query';
import { api, type Call, get } from './call.ts';
import type { Definition } from './carriers.ts';

/** The task definitions. */
export const definitionsQuery = queryOptions({
  queryKey: ['definitions'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Definitions', { signal }) as Call<Definition[]>),
  staleTime: 30_000,
});
