import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, nullable } from '../openapi/operation.ts';

const tag = 'Webhooks';

const properties = {
  Id: Type.Integer(),
  AssociateId: Type.Integer(),
  DatabaseSerialNumber: nullable(Type.String()),
  Url: Type.String(),
  Names: Type.Array(Type.String(), { description: 'Names of definitions; empty means all' }),
  States: Type.Array(Type.String(), { description: 'States; empty means all' }),
  Own: Type.Boolean({ description: "true sends only events of the owner's tasks" }),
  Active: Type.Boolean(),
  DisabledReason: Type.String({ description: 'Why the server disabled the webhook; empty if it did not' }),
  Created: DateTime,
  Updated: DateTime,
};
const Webhook = Type.Object(properties, {
  title: 'Webhook',
  description: 'A URL that receives events',
});
const CreatedWebhook = Type.Object(
  {
    ...properties,
    Secret: Type.String({ description: 'The key that signs deliveries, which is returned only once' }),
  },
  { title: 'CreatedWebhook' },
);

/** The states of a delivery. */
export const DELIVERY_STATES = ['Waiting', 'Delivered', 'Dead'] as const;

const WebhookDelivery = Type.Object(
  {
    Id: Type.Integer(),
    WebhookId: Type.Integer(),
    EventId: nullable(Type.Integer({ description: 'The id of the event; null for a test' })),
    State: Type.Enum([...DELIVERY_STATES]),
    Tries: Type.Integer({ description: 'Number of attempts' }),
    NextTry: nullable(DateTime),
    Created: DateTime,
    Ended: nullable(DateTime),
    Status: nullable(Type.Integer({ description: 'The HTTP status of the last response' })),
    Answer: nullable(Type.String({ description: 'The beginning of the last response body' })),
    Error: nullable(Type.String({ description: 'Why the last attempt failed' })),
    Body: Type.Unknown({ description: 'The body of the request' }),
  },
  { title: 'WebhookDelivery' },
);

export const listWebhooksOperation: Operation = {
  id: 'listWebhooks',
  access: ACCESS.read,
  tag,
  summary: 'Lists webhooks, without their secrets.',
  responses: { 200: Type.Array(Webhook) },
};

export const createWebhookOperation: Operation = {
  id: 'createWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Creates a webhook.',
  responses: { 201: CreatedWebhook },
  examples: { request: { failures: { Url: 'https://example.com/hook', States: ['Failed'] } } },
};

export const getWebhookOperation: Operation = {
  id: 'getWebhook',
  access: ACCESS.read,
  tag,
  summary: 'Returns one webhook.',
  responses: { 200: Webhook },
};

export const changeWebhookOperation: Operation = {
  id: 'changeWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Changes a webhook.',
  responses: { 200: Webhook },
  examples: { request: { off: { Active: false } } },
};

export const deleteWebhookOperation: Operation = {
  id: 'deleteWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a webhook.',
  responses: { 204: null },
};

export const testWebhookOperation: Operation = {
  id: 'testWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Sends a test event to a webhook.',
  responses: { 202: WebhookDelivery },
  refusals: [409],
};

export const listWebhookDeliveriesOperation: Operation = {
  id: 'listWebhookDeliveries',
  access: ACCESS.read,
  tag,
  summary: 'Lists the deliveries of a webhook with their outcomes, newest first.',
  responses: { 200: Type.Array(WebhookDelivery) },
  reads: {
    query: Type.Object({
      State: Type.Optional(Type.Enum([...DELIVERY_STATES])),
      Before: Type.Optional(
        Type.String({ pattern: '^\\d{1,15}$', description: 'Returns only deliveries with a smaller Id' }),
      ),
    }),
  },
};

export const redeliverWebhookOperation: Operation = {
  id: 'redeliverWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Sends a delivery again.',
  responses: { 202: WebhookDelivery },
  refusals: [409],
};
