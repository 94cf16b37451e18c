import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { CHANNELS } from '../../core/notification.ts';
import { type ExitCode, print } from '../output.ts';
import { formatProperties, printTable, stateStyle } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { type DeliveryOptions, deliveryColumns, deliveryQuery, deliveryText } from './deliveries.ts';

type Subscription = Carrier<'Subscription'>;

const at = (id: number) => ({ path: { id } });

/** `batchline subscription list`: prints subscriptions, and why the server disabled one. */
export async function listSubscriptions(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Subscriptions'));
  const state = ({ Active }: Subscription): string => (Active ? 'active' : 'disabled');
  printTable(found, { json: options.json, none: 'No subscriptions.' }, [
    { head: 'Id', of: (one) => one.Id, right: true },
    { head: 'Channel', of: (one) => one.Channel },
    { head: 'Target', of: (one) => one.Target },
    { head: 'On', of: (one) => one.On.join(', ') },
    { head: 'Tasks', of: tasksText },
    { head: 'State', of: state, style: (one) => stateStyle(state(one)) },
    { head: 'Reason', of: (one) => one.DisabledReason, style: () => 'red' },
  ]);
  return 0;
}

function tasksText({ TaskId, Own, Names }: Subscription): string {
  if (TaskId !== null) return `#${TaskId}`;
  return [Own ? 'own' : 'all', ...(Names.length === 0 ? [] : [`of ${Names.join(', ')}`])].join(' ');
}

/** `batchline subscription show ID`: prints a subscription. */
export async function showSubscription(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Subscriptions/{id}', { params: at(id) }));
  print(found, options.json, formatProperties(found));
  return 0;
}

/** Options of `subscription add` and `edit`. */
export interface SubscriptionOptions extends ConnectionOptions {
  readonly to?: string;
  readonly on?: Subscription['On'];
  readonly name?: string[];
  readonly allNames?: boolean;
  readonly own?: boolean;
  readonly task?: number;
  /** In seconds. */
  readonly lateAfter?: number;
  readonly failurePercent?: number;
  /** In seconds. */
  readonly window?: number;
  readonly language?: string;
  readonly zone?: string;
  readonly active?: boolean;
}

function settingsOf(options: SubscriptionOptions): Partial<Carrier<'NewSubscription'>> {
  const settings = {
    Target: options.to,
    On: options.on,
    Names: options.allNames === true ? [] : options.name,
    Own: options.own,
    TaskId: options.task,
    LateSeconds: options.lateAfter,
    FailurePercent: options.failurePercent,
    WindowMinutes: options.window === undefined ? undefined : Math.round(options.window / 60),
    Language: options.language,
    TimeZone: options.zone,
    Active: options.active,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** `batchline subscription add CHANNEL TARGET --on …`: subscribes an address and prints the id. */
export async function addSubscription(
  channel: string,
  target: string,
  options: SubscriptionOptions,
): Promise<ExitCode> {
  const Channel = CHANNELS.find((one) => one.toLowerCase() === channel);
  if (Channel === undefined || options.on === undefined)
    throw new OperatorError('USAGE_INVALID', '--on is needed, to say what to report, such as --on failed');
  const { client, answer } = await connect(options);
  const body = { ...settingsOf(options), Channel, Target: target, On: options.on };
  const made = await answer(client.POST('/api/v1/Subscriptions', { body }));
  print(made, options.json, made.Secret === undefined ? String(made.Id) : `${made.Id}\t${made.Secret}`);
  return 0;
}

/** `batchline subscription edit ID`: changes the given settings. */
export async function editSubscription(id: number, options: SubscriptionOptions): Promise<ExitCode> {
  const body = settingsOf(options);
  if (Object.keys(body).length === 0)
    throw new OperatorError('USAGE_INVALID', 'nothing to change; an option such as --active is needed');
  const { client, answer } = await connect(options);
  const changed = await answer(
    client.PATCH('/api/v1/Subscriptions/{id}', { params: at(id), body: body as never }),
  );
  print(changed, options.json, `Changed subscription ${id}.`);
  return 0;
}

/** `batchline subscription remove ID`: removes a subscription. */
export async function removeSubscription(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.DELETE('/api/v1/Subscriptions/{id}', { params: at(id) }));
  print({ Removed: id }, options.json, `Removed subscription ${id}.`);
  return 0;
}

/** `batchline subscription test ID`: sends a test message. @returns 1 if it was not delivered */
export async function testSubscription(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const delivery = await answer(client.POST('/api/v1/Subscriptions/{id}/Test', { params: at(id) }));
  print(delivery, options.json, deliveryText(delivery));
  return delivery.State === 'Delivered' ? 0 : 1;
}

/** `batchline subscription deliveries ID`: prints deliveries, newest first. */
export async function listDeliveries(id: number, options: DeliveryOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = deliveryQuery(options);
  const found = await answer(
    client.GET('/api/v1/Subscriptions/{id}/Deliveries', { params: { ...at(id), query } }),
  );
  const about = ({ Occasions, TaskIds, More }: (typeof found)[number]): string => {
    const tasks = TaskIds.map((task) => `#${task}`).join(', ');
    return [Occasions.join(', ') || 'test', tasks, More > 0 ? `+${More}` : ''].filter(Boolean).join(' ');
  };
  printTable(
    found,
    { json: options.json, none: 'No deliveries.' },
    deliveryColumns({ head: 'About', of: about }),
  );
  return 0;
}

/** `batchline subscription redeliver ID DELIVERY`: sends a delivery again. */
export async function redeliver(id: number, delivery: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const params = { path: { id, delivery: String(delivery) } };
  const again = await answer(
    client.POST('/api/v1/Subscriptions/{id}/Deliveries/{delivery}/Redeliver', { params: params as never }),
  );
  print(again, options.json, deliveryText(again));
  return 0;
}
