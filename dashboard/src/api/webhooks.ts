import { queryOptions } from '@tanstack/react-query';
import { api, get } from './call.ts';
import { at } from './tasks.ts';

/** The polling interval of webhooks and deliveries, in milliseconds. */
const INTERVAL = 3000;

/** The user's webhooks; all webhooks for administrators. */
export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Webhooks', { signal })),
  refetchInterval: INTERVAL,
});

/** The latest deliveries of a webhook, newest first. */
export const deliveriesQuery = (id: number) =>
  queryOptions({
    queryKey: ['webhooks', id, 'deliveries'],
    queryFn: ({ signal }) => get(api.GET('/api/v1/Webhooks/{id}/Deliveries', { params: at(id), signal })),
    refetchInterval: INTERVAL,
  });
