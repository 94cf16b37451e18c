import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { type Caller, isAdministrator } from '../../core/caller.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { checkText } from '../../core/limits.ts';
import { allows, rightsOn, TableRight } from '../../core/permissions.ts';
import { AddressRefused, readUrl, refusedRange } from '../../core/ssrf-guard.ts';
import type { Database } from '../../db/database.ts';
import { settledPosition } from '../../db/queries/event-order.ts';
import {
  countWebhooks,
  deleteWebhook,
  getWebhook,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type Webhook,
} from '../../db/queries/webhook.ts';
import {
  type Delivery,
  deleteWaitingDeliveries,
  getDelivery,
  insertDeliveries,
  listDeliveries,
  redeliver,
} from '../../db/queries/webhook-delivery.ts';
import type { Schema } from '../../db/schema.ts';
import { generateSecret, subjectOf, testBody } from '../../events/webhook-delivery.ts';
import type { WebhookSender } from '../../events/webhook-sender.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import { readNames, readStates } from './event-query.ts';
import {
  changeWebhookOperation,
  createWebhookOperation,
  DELIVERY_STATES,
  deleteWebhookOperation,
  getWebhookOperation,
  listWebhookDeliveriesOperation,
  listWebhooksOperation,
  redeliverWebhookOperation,
  testWebhookOperation,
} from './webhooks-operations.ts';

const MAX_URL_LENGTH = 2000;
const DELIVERIES = 100;

const settings = {
  Names: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 })),
  States: Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
  Own: Type.Optional(Type.Boolean()),
  Active: Type.Optional(Type.Boolean()),
};
const Url = Type.String({ minLength: 1, maxLength: MAX_URL_LENGTH });
const NewWebhook = Type.Object({ Url, ...settings }, { title: 'NewWebhook', additionalProperties: false });
const WebhookChange = Type.Object(
  { Url: Type.Optional(Url), ...settings },
  { additionalProperties: false, minProperties: 1 },
);

type ById = { Params: { id: string } };

/** The dependencies of the webhook routes. */
export interface WebhookRouteDeps {
  readonly database: Database;
  readonly sender: WebhookSender;
  readonly allowPrivateAddresses: boolean;
  /** Maximum number of webhooks per tenant. */
  readonly limit: number;
}

/** `/api/v1/Webhooks` (contract, section 8): the caller's own webhooks; all for administrators. */
export async function webhookRoutes(app: FastifyInstance, deps: WebhookRouteDeps): Promise<void> {
  const { sql } = deps.database;
  const config = { payload: 'Webhook' };
  const deliveryConfig = { payload: 'WebhookDelivery' };
  const found = async (request: FastifyRequest<ById>): Promise<Webhook> => {
    const caller = callerOf(request);
    const id = readTaskId(request.params.id);
    const webhook = await getWebhook(sql, id);
    if (webhook === undefined || !maySee(caller, webhook)) throw notFound`There is no webhook ${id}.`;
    return webhook;
  };

  app.get('/', { config: { ...config, operation: listWebhooksOperation } }, async (request) => {
    const caller = callerOf(request);
    const ownerId = isAdministrator(caller) ? undefined : caller.associateId;
    const webhooks = await listWebhooks(sql, { ownerId });
    return webhooks
      .filter((webhook) => maySee(caller, webhook))
      .map((webhook) => writeWebhook(webhook, localeOf(request)));
  });

  app.post<{ Body: Static<typeof NewWebhook> }>(
    '/',
    {
      config: { ...config, holdsSecret: true, operation: createWebhookOperation },
      schema: { body: NewWebhook },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { Names = [], States = [], Own = false, Active = true } = request.body;
      await checkWebhookLimit(sql, caller.tenant, deps.limit);
      const secret = generateSecret();
      const webhook = await insertWebhook(sql, {
        url: checkUrl(request.body.Url, deps.allowPrivateAddresses),
        names: [...readNames(Names)],
        states: [...readStates(States)],
        own: Own,
        active: Active,
        ownerId: caller.associateId,
        tenant: caller.tenant,
        scopes: caller.scopes,
        roles: caller.narrowed ? caller.roles : null,
        secret,
        afterEvent: await settledPosition(deps.database.sql),
      });
      deps.sender.wake();
      // The secret is returned only here.
      return reply.code(201).send({ ...writeWebhook(webhook, localeOf(request)), Secret: secret });
    },
  );

  app.get<ById>('/:id', { config: { ...config, operation: getWebhookOperation } }, async (request) =>
    writeWebhook(await found(request), localeOf(request)),
  );

  app.patch<ById & { Body: Static<typeof WebhookChange> }>(
    '/:id',
    { config: { ...config, operation: changeWebhookOperation }, schema: { body: WebhookChange } },
    async (request) => {
      const webhook = await found(request);
      const { Url: url, Names, States, Own = webhook.own, Active = webhook.active } = request.body;
      const reach = reachAfter(webhook, callerOf(request));
      // Deliveries that were created with more rights must not go to a URL that was set with fewer.
      if (isNarrower(reach, webhook)) await deleteWaitingDeliveries(sql, webhook.id);
      const changed = await updateWebhook(
        sql,
        webhook.id,
        {
          url: url === undefined ? webhook.url : checkUrl(url, deps.allowPrivateAddresses),
          names: Names === undefined ? webhook.names : [...readNames(Names)],
          states: States === undefined ? webhook.states : [...readStates(States)],
          own: Own,
          active: Active,
          ...reach,
        },
        Active && !webhook.active ? await settledPosition(deps.database.sql) : undefined,
      );
      if (changed === undefined) throw notFound`There is no webhook ${webhook.id}.`;
      deps.sender.wake();
      return writeWebhook(changed, localeOf(request));
    },
  );

  app.delete<ById>('/:id', { config: { operation: deleteWebhookOperation } }, async (request, reply) => {
    await deleteWebhook(sql, (await found(request)).id);
    return reply.code(204).send();
  });

  app.post<ById>(
    '/:id/Test',
    { config: { ...deliveryConfig, operation: testWebhookOperation } },
    async (request, reply) => {
      const webhook = await found(request);
      checkActive(webhook);
      const body = testBody(webhook.id, new Date());
      const [delivery] = await insertDeliveries(sql, [{ webhookId: webhook.id, eventId: null, body }]);
      deps.sender.wake();
      return reply.code(202).send(delivery && writeDelivery(delivery, localeOf(request)));
    },
  );

  app.get<ById & { Querystring: Record<string, string> }>(
    '/:id/Deliveries',
    { config: { ...deliveryConfig, operation: listWebhookDeliveriesOperation } },
    async (request) => {
      const webhook = await found(request);
      const query = readDeliveryQuery(request.query);
      const deliveries = await listDeliveries(sql, webhook.id, query, DELIVERIES);
      const caller = callerOf(request);
      return deliveries
        .filter((delivery) => maySeeDelivery(caller, delivery))
        .map((delivery) => writeDelivery(delivery, localeOf(request)));
    },
  );

  app.post<{ Params: { id: string; delivery: string } }>(
    '/:id/Deliveries/:delivery/Redeliver',
    { config: { ...deliveryConfig, operation: redeliverWebhookOperation } },
    async (request, reply) => {
      const webhook = await found(request);
      checkActive(webhook);
      const { delivery: text } = request.params;
      if (!/^\d{1,15}$/.test(text))
        throw invalid`"${text.slice(0, 40)}" is not the id of a delivery; a whole number is accepted.`;
      const known = await getDelivery(sql, webhook.id, Number(text));
      const isSeen = known !== undefined && maySeeDelivery(callerOf(request), known);
      const delivery = isSeen ? await redeliver(sql, webhook.id, known.id) : undefined;
      if (delivery === undefined) throw notFound`Webhook ${webhook.id} has no delivery ${text}.`;
      deps.sender.wake();
      return reply.code(202).send(writeDelivery(delivery, localeOf(request)));
    },
  );
}

/** True for the caller's own webhooks, and for administrators within their tenant. */
function maySee(caller: Caller, webhook: Webhook): boolean {
  if (caller.tenant !== null && webhook.tenant !== caller.tenant) return false;
  return webhook.ownerId === caller.associateId || isAdministrator(caller);
}

/** The rights of a webhook after a change by its owner: at most those of the owner's credentials. */
function reachAfter(webhook: Webhook, caller: Caller): Pick<Webhook, 'scopes' | 'roles' | 'tenant'> {
  const { scopes, roles, tenant } = webhook;
  if (webhook.ownerId !== caller.associateId) return { scopes, roles, tenant };
  return {
    scopes: scopes.filter((scope) => caller.scopes.includes(scope)),
    roles: caller.narrowed ? caller.roles.filter((role) => roles?.includes(role) ?? true) : roles,
    tenant: tenant ?? caller.tenant,
  };
}

function isNarrower(reach: ReturnType<typeof reachAfter>, before: Webhook): boolean {
  return (
    reach.scopes.length < before.scopes.length ||
    reach.roles?.length !== before.roles?.length ||
    reach.tenant !== before.tenant
  );
}

/** True if the caller can see the task of the delivery, whatever rights the webhook had when the delivery was created. */
function maySeeDelivery(caller: Caller, { body }: Delivery): boolean {
  const task = subjectOf(body);
  return task === undefined || allows(rightsOn(caller, task), TableRight.Select);
}

/** @throws RequestError (conflict) if the tenant has reached its limit of webhooks */
async function checkWebhookLimit(db: Kysely<Schema>, tenant: string | null, limit: number): Promise<void> {
  const count = await countWebhooks(db, tenant);
  if (count >= limit)
    throw conflict`This tenant has ${count} webhooks; at most ${limit} are accepted (BATCHLINE_WEBHOOK_LIMIT). Delete one first.`;
}

function checkActive(webhook: Webhook): void {
  if (!webhook.active) throw conflict`Webhook ${webhook.id} is not active; set Active first.`;
}

/** @throws RequestError (invalid) if it is not a URL that the server may call */
function checkUrl(text: string, allowPrivateAddresses: boolean): string {
  checkText('Url', text, MAX_URL_LENGTH);
  try {
    const url = readUrl(text);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const range = isIP(host) === 0 ? undefined : refusedRange(host);
    if (range !== undefined && !allowPrivateAddresses)
      throw invalid`Url names ${host}, which is not a public address (${range}); public addresses are accepted.`;
    return url.href;
  } catch (error) {
    if (error instanceof AddressRefused) throw invalid`Url: ${error.message}.`;
    throw error;
  }
}

function readDeliveryQuery(query: Record<string, string>): {
  state: Delivery['state'] | undefined;
  beforeId: number | undefined;
} {
  let state: Delivery['state'] | undefined;
  let beforeId: number | undefined;
  for (const [name, value] of Object.entries(query)) {
    if (name.toLowerCase() === 'state') {
      state = DELIVERY_STATES.find((one) => one.toLowerCase() === value.toLowerCase());
      if (state === undefined)
        throw invalid`State is "${value.slice(0, 40)}"; ${DELIVERY_STATES.join(', ')} are accepted.`;
    } else if (name.toLowerCase() === 'before' && /^\d{1,15}$/.test(value)) beforeId = Number(value);
    else
      throw invalid`The query has ${name.slice(0, 40)}=${value.slice(0, 40)}; State, and Before with the id of a delivery, are accepted.`;
  }
  return { state, beforeId };
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
    WebhookId: delivery.webhookId,
    EventId: delivery.eventId,
    State: delivery.state,
    Tries: delivery.tries,
    NextTry: delivery.state === 'Waiting' ? locale.date(delivery.nextTry) : null,
    Created: locale.date(delivery.created),
    Ended: delivery.ended === null ? null : locale.date(delivery.ended),
    Status: delivery.status,
    Answer: delivery.answer,
    Error: delivery.error,
    Body: delivery.body,
  };
}
