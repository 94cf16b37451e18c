import { queryOptions } from '@tanstack/react-query';
import { get } from './call.ts';

/** An address that is told of events. */
export interface Webhook {
  readonly Id: number;
  readonly AssociateId: number;
  readonly Url: string;
  /** Empty where it wants the tasks of every definition. */
  readonly Names: readonly string[];
  /** Empty where it wants every state. */
  readonly States: readonly string[];
  readonly Own: boolean;
  readonly Active: boolean;
  /** Why the server has turned it off; empty where it has not. */
  readonly DisabledReason: string;
}

/** What is to be sent to a webhook, was sent, or could not be. */
export interface Delivery {
  readonly Id: number;
  /** `null` for a test. */
  readonly EventId: number | null;
  readonly State: 'Waiting' | 'Delivered' | 'Dead';
  readonly Tries: number;
  readonly NextTry: string | null;
  readonly Created: string;
  readonly Ended: string | null;
  /** Of the last answer; `null` where there was none. */
  readonly Status: number | null;
  readonly Error: string;
}

/** How often webhooks and deliveries are asked for, in milliseconds. */
const INTERVAL = 3000;

/** The person's webhooks; an administrator's are everybody's. */
export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: ({ signal }) => get<Webhook[]>('/Webhooks', signal),
  refetchInterval: INTERVAL,
});

/** A webhook's last deliveries, newest first. */
export const deliveriesQuery = (id: number) =>
  queryOptions({
    queryKey: ['webhooks', id, 'deliveries'],
    queryFn: ({ signal }) => get<Delivery[]>(`/Webhooks/${id}/Deliveries`, signal),
    refetchInterval: INTERVAL,
  });
