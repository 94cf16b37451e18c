import type { Generated, GeneratedAlways } from 'kysely';
import type { MessageColumn } from './task.ts';

/** Table `batchline.webhook`: addresses that receive events. */
export interface WebhookTable {
  id: GeneratedAlways<number>;
  owner_id: number;
  /** The tenant that its creator was restricted to. */
  tenant: string | null;
  /** Scopes of its creator: a webhook receives only events that its creator could read. */
  scopes: string[];
  /** Roles of its creator, if they came from claims; null for those of the owner. */
  roles: string[] | null;
  url: string;
  /** Stored in plain text, because it signs deliveries. */
  secret: string;
  /** Definitions, in lower case; empty for all. */
  names: string[];
  /** New states of tasks; empty for all. */
  states: number[];
  own: boolean;
  active: boolean;
  disabled_reason: MessageColumn;
  /** It receives only events after this one. */
  after_event: string | number;
  dead_in_a_row: Generated<number>;
  created: Generated<Date>;
  updated: Generated<Date>;
}

/** Table `batchline.webhook_cursor`: one row with the last event for which deliveries exist. */
export interface WebhookCursorTable {
  id: number;
  position: string | number;
}

/** Table `batchline.webhook_delivery`: one row per event and webhook; also the queue of deliveries. */
export interface WebhookDeliveryTable {
  id: GeneratedAlways<string>;
  webhook_id: number;
  /** Null for a test delivery. */
  event_id: string | number | null;
  /** The request body, as JSON. */
  body: string;
  state: Generated<'Waiting' | 'Delivered' | 'Dead'>;
  tries: Generated<number>;
  /** Due time of the next attempt; while a process sends it, when its lease expires. */
  next_try: Generated<Date>;
  created: Generated<Date>;
  ended: Date | null;
  /** HTTP status of the last response. */
  status: number | null;
  answer: Generated<string>;
  error: Generated<string>;
  /** Trace context of the event's task. */
  traceparent: string | null;
  tracestate: string | null;
}

/** Table `batchline.signal`: no longer used; it replaced LISTEN and NOTIFY on some databases. */
export interface SignalTable {
  id: Generated<string>;
  content: string;
  at: Generated<Date>;
}
