import { queryOptions } from '@tanstack/react-query';
import { api, get } from './call.ts';
import { at } from './tasks.ts';

/** How often webhooks and deliveries are asked for, in milliseconds. */
const INTERVAL = 3000;

/** The person's webhooks; an administrator's are everybody's. */
export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Webhooks', { signal })),
  refetchInterval: INTERVAL,
});

/** A webhook's last deliveries, newest first. */
export const deliveriesQuery = (id: number) =>
  queryOptions({
    queryKey: ['webhooks', id, 'deliveries'],
    queryFn: ({ signal }) => get(api.GET('/api/v1/Webhooks/{id}/Deliveries', { params: at(id), signal })),
    refetchInterval: INTERVAL,
  });
