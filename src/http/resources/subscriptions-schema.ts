import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { CHANNELS, OCCASIONS } from '../../core/notification.ts';
import { MAX_TARGET_LENGTH } from '../../services/subscriptions.ts';
import { DateTime, nullable, type Operation } from '../openapi/operation.ts';
import { DELIVERY_FACTS, DELIVERY_QUERY } from './deliveries.ts';

const On = Type.Array(Type.Enum([...OCCASIONS]), { minItems: 1, maxItems: 10 });
const Target = Type.String({ minLength: 1, maxLength: MAX_TARGET_LENGTH });
const settings = {
  Names: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 })),
  Own: Type.Optional(Type.Boolean()),
  LateSeconds: Type.Optional(nullable(Type.Integer({ minimum: 60, maximum: 31_536_000 }))),
  FailurePercent: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100 }))),
  WindowMinutes: Type.Optional(nullable(Type.Integer({ minimum: 5, maximum: 1440 }))),
  Language: Type.Optional(Type.String({ maxLength: 40 })),
  TimeZone: Type.Optional(Type.String({ maxLength: 100 })),
  Active: Type.Optional(Type.Boolean()),
};

/** The body of a new subscription. */
export const NewSubscription = Type.Object(
  {
    Channel: Type.Enum([...CHANNELS]),
    Target,
    On,
    TaskId: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }))),
    ...settings,
  },
  { title: 'NewSubscription', additionalProperties: false },
);

/** The body of a change of a subscription. */
export const SubscriptionChange = Type.Object(
  { Target: Type.Optional(Target), On: Type.Optional(On), ...settings },
  { additionalProperties: false, minProperties: 1 },
);

const tag = 'Notifications';

const properties = {
  Id: Type.Integer(),
  AssociateId: Type.Integer(),
  DatabaseSerialNumber: nullable(Type.String()),
  Channel: Type.Enum([...CHANNELS]),
  Target: Type.String({ description: 'The address of e-mail, or the URL; that of a chat is masked' }),
  On: Type.Array(Type.Enum([...OCCASIONS]), {
    description:
      'Ended: each end of a task, also by a stop. Failed: a failure that is not a stop. Late: a task that runs or waits for longer than LateSeconds. FailureRate: a definition fails more than usual. ScheduleMissed: a schedule started no task when it was due',
  }),
  Names: Type.Array(Type.String(), { description: 'Names of definitions; empty means all' }),
  Own: Type.Boolean({ description: "true reports only the owner's tasks" }),
  TaskId: nullable(Type.Integer({ description: 'Reports only this task' })),
  LateSeconds: nullable(Type.Integer({ description: 'Seconds after which a task is late' })),
  FailurePercent: nullable(
    Type.Integer({ description: 'Failure rate that is reported; null compares it with the usual one' }),
  ),
  WindowMinutes: nullable(Type.Integer({ description: 'Window of the failure rate; null is 60' })),
  Language: Type.String({ description: 'The language of the texts' }),
  TimeZone: Type.String({ description: 'The time zone of the texts, as an IANA name' }),
  Active: Type.Boolean(),
  DisabledReason: Type.String({ description: 'Why the server disabled it; empty if it did not' }),
  Created: DateTime,
  Updated: DateTime,
};
const SubscriptionPayload = Type.Object(properties, {
  title: 'Subscription',
  description: 'Notifications about tasks to one address',
});
const CreatedSubscription = Type.Object(
  {
    ...properties,
    Secret: Type.Optional(
      Type.String({
        description: 'The key that signs deliveries to a webhook, which is returned only once',
      }),
    ),
  },
  { title: 'CreatedSubscription' },
);

const SubscriptionDelivery = Type.Object(
  {
    Id: Type.Integer(),
    SubscriptionId: Type.Integer(),
    ...DELIVERY_FACTS,
    Status: nullable(Type.Integer({ description: 'The status of the last response, of HTTP or SMTP' })),
    Answer: Type.String({ description: 'The beginning of the last response' }),
    Error: Type.String({ description: 'Why the last attempt failed; empty if it did not' }),
    Occasions: Type.Array(Type.Enum([...OCCASIONS]), { description: 'None in a test' }),
    TaskIds: Type.Array(Type.Integer(), { description: 'The tasks of its notifications; none in a test' }),
    More: Type.Integer({ description: 'Number of further notifications that it only counts' }),
  },
  { title: 'SubscriptionDelivery' },
);

export const listSubscriptionsOperation: Operation = {
  id: 'listSubscriptions',
  access: ACCESS.read,
  tag,
  summary: 'Lists subscriptions to notifications.',
  responses: { 200: Type.Array(SubscriptionPayload) },
};

export const createSubscriptionOperation: Operation = {
  id: 'createSubscription',
  access: ACCESS.write,
  tag,
  summary: 'Subscribes to notifications.',
  responses: { 201: CreatedSubscription },
  refusals: [409],
  examples: {
    request: { failures: { Channel: 'Email', Target: 'anna@example.com', On: ['Failed'] } },
  },
};

export const getSubscriptionOperation: Operation = {
  id: 'getSubscription',
  access: ACCESS.read,
  tag,
  summary: 'Returns one subscription.',
  responses: { 200: SubscriptionPayload },
};

export const changeSubscriptionOperation: Operation = {
  id: 'changeSubscription',
  access: ACCESS.write,
  tag,
  summary: 'Changes a subscription.',
  responses: { 200: SubscriptionPayload },
  refusals: [409],
  examples: { request: { off: { Active: false } } },
};

export const deleteSubscriptionOperation: Operation = {
  id: 'deleteSubscription',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a subscription.',
  responses: { 204: null },
};

export const testSubscriptionOperation: Operation = {
  id: 'testSubscription',
  access: ACCESS.write,
  tag,
  summary: 'Sends a test message at once, and returns its outcome.',
  responses: { 200: SubscriptionDelivery },
};

export const listSubscriptionDeliveriesOperation: Operation = {
  id: 'listSubscriptionDeliveries',
  access: ACCESS.read,
  tag,
  summary: 'Lists the deliveries of a subscription with their outcomes, newest first.',
  responses: { 200: Type.Array(SubscriptionDelivery) },
  reads: {
    query: DELIVERY_QUERY,
  },
};

export const redeliverSubscriptionOperation: Operation = {
  id: 'redeliverSubscription',
  access: ACCESS.write,
  tag,
  summary: 'Sends a delivery again.',
  responses: { 202: SubscriptionDelivery },
  refusals: [409],
};
