import { queryOptions } from '@tanstack/react-query';
import { api, get } from './call.ts';
import { at } from './tasks.ts';

/** The polling interval of notifications and their messages, in milliseconds. */
const INTERVAL = 3000;

/** The user's subscriptions; all subscriptions for administrators. */
export const subscriptionsQuery = queryOptions({
  queryKey: ['subscriptions'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Subscriptions', { signal })),
  refetchInterval: INTERVAL,
});

/** The latest messages of a subscription, newest first. */
export const messagesQuery = (id: number) =>
  queryOptions({
    queryKey: ['subscriptions', id, 'deliveries'],
    queryFn: ({ signal }) =>
      get(api.GET('/api/v1/Subscriptions/{id}/Deliveries', { params: at(id), signal })),
    refetchInterval: INTERVAL,
  });
