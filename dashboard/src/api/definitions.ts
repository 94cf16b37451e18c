import { queryOptions } from '@tanstack/react-query';
import { get } from './call.ts';
import type { Definition } from './carriers.ts';

/** What tasks can be started by. */
export const definitionsQuery = queryOptions({
  queryKey: ['definitions'],
  queryFn: ({ signal }) => get<Definition[]>('/Definitions', signal),
  staleTime: 30_000,
});
