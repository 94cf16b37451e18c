import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Webhook } from '../../db/queries/webhook.ts';
import type { Delivery } from '../../db/queries/webhook-delivery.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  MAX_WEBHOOK_URL_LENGTH,
  readDeliveries,
  readWebhook,
  readWebhooks,
  repeatDelivery,
  testWebhook,
  type WebhookDeps,
} from '../../services/webhooks.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, nullable, type Operation } from '../openapi/operation.ts';
import { readTaskId } from './batch-task-params.ts';
import {
  DELIVERY_FACTS,
  DELIVERY_QUERY,
  readDeliveryId,
  readDeliveryQuery,
  writeDeliveryFacts,
} from './deliveries.ts';
import { readNames, readStates } from './events.ts';

const settings = {
  Names: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 })),
  States: Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
  Own: Type.Optional(Type.Boolean()),
  Active: Type.Optional(Type.Boolean()),
};
const Url = Type.String({ minLength: 1, maxLength: MAX_WEBHOOK_URL_LENGTH });
const NewWebhook = Type.Object({ Url, ...settings }, { title: 'NewWebhook', additionalProperties: false });
const WebhookChange = Type.Object(
  { Url: Type.Optional(Url), ...settings },
  { additionalProperties: false, minProperties: 1 },
);

type ById = { Params: { id: string } };

/** `/api/v1/Webhooks` (contract, section 8): the caller's own webhooks; all for administrators. */
export async function webhookRoutes(app: FastifyInstance, deps: WebhookDeps): Promise<void> {
  const config = { payload: 'Webhook' };
  const deliveryConfig = { payload: 'WebhookDelivery' };
  const idOf = ({ params }: FastifyRequest<ById>): number => readTaskId(params.id);

  app.get('/', { config: { ...config, operation: listWebhooksOperation } }, async (request) => {
    const locale = localeOf(request);
    return (await readWebhooks(deps, callerOf(request))).map((webhook) => writeWebhook(webhook, locale));
  });

  app.post<{ Body: Static<typeof NewWebhook> }>(
    '/',
    {
      config: { ...config, holdsSecret: true, operation: createWebhookOperation },
      schema: { body: NewWebhook },
    },
    async (request, reply) => {
      const { Url: url, Names = [], States = [], Own: own = false, Active: active = true } = request.body;
      const wanted = { url, names: [...readNames(Names)], states: [...readStates(States)], own, active };
      const webhook = await createWebhook(deps, callerOf(request), wanted);
      // The secret is returned only here.
      return reply.code(201).send({ ...writeWebhook(webhook, localeOf(request)), Secret: webhook.secret });
    },
  );

  app.get<ById>('/:id', { config: { ...config, operation: getWebhookOperation } }, async (request) =>
    writeWebhook(await readWebhook(deps, callerOf(request), idOf(request)), localeOf(request)),
  );

  app.patch<ById & { Body: Static<typeof WebhookChange> }>(
    '/:id',
    { config: { ...config, operation: changeWebhookOperation }, schema: { body: WebhookChange } },
    async (request) => {
      const { Url, Names, States, Own, Active } = request.body;
      const changed = await changeWebhook(deps, callerOf(request), idOf(request), {
        ...(Url === undefined ? {} : { url: Url }),
        ...(Names === undefined ? {} : { names: [...readNames(Names)] }),
        ...(States === undefined ? {} : { states: [...readStates(States)] }),
        ...(Own === undefined ? {} : { own: Own }),
        ...(Active === undefined ? {} : { active: Active }),
      });
      return writeWebhook(changed, localeOf(request));
    },
  );

  app.delete<ById>('/:id', { config: { operation: deleteWebhookOperation } }, async (request, reply) => {
    await deleteWebhook(deps, callerOf(request), idOf(request));
    return reply.code(204).send();
  });

  app.post<ById>(
    '/:id/Test',
    { config: { ...deliveryConfig, operation: testWebhookOperation } },
    async (request, reply) => {
      const delivery = await testWebhook(deps, callerOf(request), idOf(request));
      return reply.code(202).send(delivery && writeDelivery(delivery, localeOf(request)));
    },
  );

  app.get<ById & { Querystring: Record<string, string> }>(
    '/:id/Deliveries',
    { config: { ...deliveryConfig, operation: listWebhookDeliveriesOperation } },
    async (request) => {
      const id = idOf(request);
      const filter = readDeliveryQuery(request.query);
      const locale = localeOf(request);
      return (await readDeliveries(deps, callerOf(request), id, filter)).map((delivery) =>
        writeDelivery(delivery, locale),
      );
    },
  );

  app.post<{ Params: { id: string; delivery: string } }>(
    '/:id/Deliveries/:delivery/Redeliver',
    { config: { ...deliveryConfig, operation: redeliverWebhookOperation } },
    async (request, reply) => {
      const id = idOf(request);
      const deliveryId = readDeliveryId(request.params.delivery);
      const delivery = await repeatDelivery(deps, callerOf(request), id, deliveryId);
      return reply.code(202).send(writeDelivery(delivery, localeOf(request)));
    },
  );
}

function writeWebhook(webhook: Webhook, locale: Locale): object {
  return {
    Id: webhook.id,
    AssociateId: webhook.ownerId,
    DatabaseSerialNumber: webhook.tenant,
    Url: webhook.url,
    Names: webhook.names,
    States: webhook.states,
    Own: webhook.own,
    Active: webhook.active,
    DisabledReason: webhook.disabledReason === null ? '' : locale.message(webhook.disabledReason),
    Created: locale.utcDate(webhook.created),
    Updated: locale.date(webhook.updated),
  };
}

function writeDelivery(delivery: Delivery, locale: Locale): object {
  return {
    Id: delivery.id,
    WebhookId: delivery.recipient.id,
    EventId: delivery.eventId,
    ...writeDeliveryFacts(delivery, locale),
    DurationSeconds: delivery.durationMs === null ? null : delivery.durationMs / 1000,
    Body: delivery.body,
  };
}

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
const WebhookPayload = Type.Object(properties, {
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

const WebhookDelivery = Type.Object(
  {
    Id: Type.Integer(),
    WebhookId: Type.Integer(),
    EventId: nullable(Type.Integer({ description: 'The id of the event; null for a test' })),
    ...DELIVERY_FACTS,
    Status: nullable(Type.Integer({ description: 'The HTTP status of the last response' })),
    Answer: nullable(Type.String({ description: 'The beginning of the last response body' })),
    Error: nullable(Type.String({ description: 'Why the last attempt failed' })),
    DurationSeconds: nullable(Type.Number({ description: 'Duration of the last attempt' })),
    Body: Type.Unknown({ description: 'The body of the request' }),
  },
  { title: 'WebhookDelivery' },
);

const listWebhooksOperation: Operation = {
  id: 'listWebhooks',
  access: ACCESS.read,
  tag,
  summary: 'Lists webhooks, without their secrets.',
  responses: { 200: Type.Array(WebhookPayload) },
};

const createWebhookOperation: Operation = {
  id: 'createWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Creates a webhook.',
  responses: { 201: CreatedWebhook },
  examples: { request: { failures: { Url: 'https://example.com/hook', States: ['Failed'] } } },
};

const getWebhookOperation: Operation = {
  id: 'getWebhook',
  access: ACCESS.read,
  tag,
  summary: 'Returns one webhook.',
  responses: { 200: WebhookPayload },
};

const changeWebhookOperation: Operation = {
  id: 'changeWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Changes a webhook.',
  responses: { 200: WebhookPayload },
  examples: { request: { off: { Active: false } } },
};

const deleteWebhookOperation: Operation = {
  id: 'deleteWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a webhook.',
  responses: { 204: null },
};

const testWebhookOperation: Operation = {
  id: 'testWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Sends a test event to a webhook.',
  responses: { 202: WebhookDelivery },
  refusals: [409],
};

const listWebhookDeliveriesOperation: Operation = {
  id: 'listWebhookDeliveries',
  access: ACCESS.read,
  tag,
  summary: 'Lists the deliveries of a webhook with their outcomes, newest first.',
  responses: { 200: Type.Array(WebhookDelivery) },
  reads: {
    query: DELIVERY_QUERY,
  },
};

const redeliverWebhookOperation: Operation = {
  id: 'redeliverWebhook',
  access: ACCESS.write,
  tag,
  summary: 'Sends a delivery again.',
  responses: { 202: WebhookDelivery },
  refusals: [409],
};
