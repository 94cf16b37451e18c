import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { ENGLISH } from '../../core/language.ts';
import { shownTarget } from '../../core/notification.ts';
import type { Subscription } from '../../db/queries/subscription.ts';
import {
  changeSubscription,
  createSubscription,
  deleteSubscription,
  readSubscription,
  readSubscriptionDeliveries,
  readSubscriptions,
  repeatNotification,
  type SubscriptionDelivery,
  type SubscriptionDeps,
  testSubscription,
} from '../../services/subscriptions.ts';
import { callerOf } from '../auth/hooks.ts';
import { languagesOf } from '../i18n/culture.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import { readDeliveryId, readDeliveryQuery, writeDeliveryFacts } from './deliveries.ts';
import { readNames } from './events.ts';
import {
  changeSubscriptionOperation,
  createSubscriptionOperation,
  deleteSubscriptionOperation,
  getSubscriptionOperation,
  listSubscriptionDeliveriesOperation,
  listSubscriptionsOperation,
  NewSubscription,
  redeliverSubscriptionOperation,
  SubscriptionChange,
  testSubscriptionOperation,
} from './subscriptions-schema.ts';

type ById = { Params: { id: string } };

/** `/api/v1/Subscriptions`: the caller's own notifications; all for administrators. */
export async function subscriptionRoutes(app: FastifyInstance, deps: SubscriptionDeps): Promise<void> {
  const config = { payload: 'Subscription' };
  const deliveryConfig = { payload: 'SubscriptionDelivery' };
  const idOf = ({ params }: FastifyRequest<ById>): number => readTaskId(params.id);

  app.get('/', { config: { ...config, operation: listSubscriptionsOperation } }, async (request) => {
    const locale = localeOf(request);
    return (await readSubscriptions(deps, callerOf(request))).map((one) => writeSubscription(one, locale));
  });

  app.post<{ Body: Static<typeof NewSubscription> }>(
    '/',
    {
      config: { ...config, holdsSecret: true, operation: createSubscriptionOperation },
      schema: { body: NewSubscription },
    },
    async (request, reply) => {
      const locale = localeOf(request);
      const { Channel, Target, On, Names = [], Own = true, TaskId = null, Active = true } = request.body;
      const { Language, TimeZone, LateSeconds, FailurePercent, WindowMinutes } = request.body;
      const subscription = await createSubscription(deps, callerOf(request), {
        channel: Channel,
        target: Target,
        occasions: On,
        names: [...readNames(Names)],
        // TaskId selects the task, also if another person owns it.
        own: TaskId === null && Own,
        taskId: TaskId,
        lateSeconds: LateSeconds ?? null,
        failurePercent: FailurePercent ?? null,
        windowMinutes: WindowMinutes ?? null,
        language: Language ?? languagesOf(request.headers)?.[0] ?? ENGLISH,
        timeZone: TimeZone ?? locale.timeZone.iana,
        active: Active,
      });
      // The secret is returned only here.
      const secret = subscription.channel === 'Webhook' ? { Secret: subscription.secret } : {};
      return reply.code(201).send({ ...writeSubscription(subscription, locale), ...secret });
    },
  );

  app.get<ById>('/:id', { config: { ...config, operation: getSubscriptionOperation } }, async (request) =>
    writeSubscription(await readSubscription(deps, callerOf(request), idOf(request)), localeOf(request)),
  );

  app.patch<ById & { Body: Static<typeof SubscriptionChange> }>(
    '/:id',
    { config: { ...config, operation: changeSubscriptionOperation }, schema: { body: SubscriptionChange } },
    async (request) => {
      const { Target, On, Names, Own, Language, TimeZone, Active } = request.body;
      const { LateSeconds, FailurePercent, WindowMinutes } = request.body;
      const changed = await changeSubscription(deps, callerOf(request), idOf(request), {
        ...(Target === undefined ? {} : { target: Target }),
        ...(On === undefined ? {} : { occasions: On }),
        ...(Names === undefined ? {} : { names: [...readNames(Names)] }),
        ...(Own === undefined ? {} : { own: Own }),
        ...(LateSeconds === undefined ? {} : { lateSeconds: LateSeconds }),
        ...(FailurePercent === undefined ? {} : { failurePercent: FailurePercent }),
        ...(WindowMinutes === undefined ? {} : { windowMinutes: WindowMinutes }),
        ...(Language === undefined ? {} : { language: Language }),
        ...(TimeZone === undefined ? {} : { timeZone: TimeZone }),
        ...(Active === undefined ? {} : { active: Active }),
      });
      return writeSubscription(changed, localeOf(request));
    },
  );

  app.delete<ById>('/:id', { config: { operation: deleteSubscriptionOperation } }, async (request, reply) => {
    await deleteSubscription(deps, callerOf(request), idOf(request));
    return reply.code(204).send();
  });

  app.post<ById>(
    '/:id/Test',
    { config: { ...deliveryConfig, operation: testSubscriptionOperation } },
    async (request) =>
      writeDelivery(await testSubscription(deps, callerOf(request), idOf(request)), localeOf(request)),
  );

  app.get<ById & { Querystring: Record<string, string> }>(
    '/:id/Deliveries',
    { config: { ...deliveryConfig, operation: listSubscriptionDeliveriesOperation } },
    async (request) => {
      const filter = readDeliveryQuery(request.query);
      const locale = localeOf(request);
      const deliveries = await readSubscriptionDeliveries(deps, callerOf(request), idOf(request), filter);
      return deliveries.map((delivery) => writeDelivery(delivery, locale));
    },
  );

  app.post<{ Params: { id: string; delivery: string } }>(
    '/:id/Deliveries/:delivery/Redeliver',
    { config: { ...deliveryConfig, operation: redeliverSubscriptionOperation } },
    async (request, reply) => {
      const deliveryId = readDeliveryId(request.params.delivery);
      const delivery = await repeatNotification(deps, callerOf(request), idOf(request), deliveryId);
      return reply.code(202).send(writeDelivery(delivery, localeOf(request)));
    },
  );
}

function writeSubscription(subscription: Subscription, locale: Locale): object {
  return {
    Id: subscription.id,
    AssociateId: subscription.ownerId,
    DatabaseSerialNumber: subscription.tenant,
    Channel: subscription.channel,
    Target: shownTarget(subscription.channel, subscription.target),
    On: subscription.occasions,
    Names: subscription.names,
    Own: subscription.own,
    TaskId: subscription.taskId,
    LateSeconds: subscription.lateSeconds,
    FailurePercent: subscription.failurePercent,
    WindowMinutes: subscription.windowMinutes,
    Language: subscription.language,
    TimeZone: subscription.timeZone,
    Active: subscription.active,
    DisabledReason: subscription.disabledReason === null ? '' : locale.message(subscription.disabledReason),
    Created: locale.utcDate(subscription.created),
    Updated: locale.date(subscription.updated),
  };
}

function writeDelivery({ delivery, digest }: SubscriptionDelivery, locale: Locale): object {
  return {
    Id: delivery.id,
    SubscriptionId: delivery.recipient.id,
    ...writeDeliveryFacts(delivery, locale),
    Occasions: [...new Set(digest.notices.map(({ occasion }) => occasion))],
    TaskIds: digest.notices.flatMap((notice) => ('taskId' in notice ? notice.taskId : [])),
    More: digest.more,
  };
}
