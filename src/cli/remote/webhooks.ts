import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { type ExitCode, print } from '../output.ts';
import { formatProperties, printTable, stateStyle, timeText } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { type DeliveryOptions, deliveryColumns, deliveryQuery, deliveryText } from './deliveries.ts';

type Webhook = Carrier<'Webhook'>;

const at = (id: number) => ({ path: { id } });

/** `batchline webhook list`: prints webhooks, and why the server disabled one. */
export async function listWebhooks(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Webhooks'));
  const state = ({ Active }: Webhook): string => (Active ? 'active' : 'disabled');
  printTable(found, { json: options.json, none: 'No webhooks.' }, [
    { head: 'Id', of: (one) => one.Id, right: true },
    { head: 'URL', of: (one) => one.Url },
    { head: 'Definitions', of: (one) => one.Names.join(', ') || 'all' },
    { head: 'States', of: (one) => one.States.join(', ') || 'all' },
    { head: 'Tasks', of: (one) => (one.Own ? 'own' : 'all') },
    { head: 'State', of: state, style: (one) => stateStyle(state(one)) },
    { head: 'Changed', of: (one) => timeText(one.Updated) },
    { head: 'Reason', of: (one) => one.DisabledReason, style: () => 'red' },
  ]);
  return 0;
}

/** `batchline webhook show ID`: prints a webhook. */
export async function showWebhook(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Webhooks/{id}', { params: at(id) }));
  print(found, options.json, formatProperties(found));
  return 0;
}

/** Options of `webhook add` and `edit`. */
export interface WebhookOptions extends ConnectionOptions {
  readonly to?: string;
  readonly name?: string[];
  readonly allNames?: boolean;
  readonly state?: string[];
  readonly allStates?: boolean;
  readonly own?: boolean;
  readonly active?: boolean;
}

function settingsOf({ to, name, allNames, state, allStates, own, active }: WebhookOptions) {
  const names = allNames === true ? [] : name;
  const states = allStates === true ? [] : state;
  return {
    ...(to === undefined ? {} : { Url: to }),
    ...(names === undefined ? {} : { Names: names }),
    ...(states === undefined ? {} : { States: states }),
    ...(own === undefined ? {} : { Own: own }),
    ...(active === undefined ? {} : { Active: active }),
  };
}

/** `batchline webhook add URL`: creates a webhook and prints its id and secret. */
export async function addWebhook(url: string, options: WebhookOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const made = await answer(client.POST('/api/v1/Webhooks', { body: { ...settingsOf(options), Url: url } }));
  print(made, options.json, `${made.Id}\t${made.Secret}`);
  return 0;
}

/** `batchline webhook edit ID`: changes the given settings. */
export async function editWebhook(id: number, options: WebhookOptions): Promise<ExitCode> {
  const body = settingsOf(options);
  if (Object.keys(body).length === 0)
    throw new OperatorError('USAGE_INVALID', 'nothing to change; an option such as --active is needed');
  const { client, answer } = await connect(options);
  const changed = await answer(client.PATCH('/api/v1/Webhooks/{id}', { params: at(id), body }));
  print(changed, options.json, `Changed webhook ${id}.`);
  return 0;
}

/** `batchline webhook remove ID`: removes a webhook. */
export async function removeWebhook(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.DELETE('/api/v1/Webhooks/{id}', { params: at(id) }));
  print({ Removed: id }, options.json, `Removed webhook ${id}.`);
  return 0;
}

/** `batchline webhook test ID`: sends a test event; `webhook deliveries` has the outcome. */
export async function testWebhook(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const delivery = await answer(client.POST('/api/v1/Webhooks/{id}/Test', { params: at(id) }));
  print(delivery, options.json, deliveryText(delivery));
  return 0;
}

/** `batchline webhook deliveries ID`: prints deliveries, newest first. */
export async function listDeliveries(id: number, options: DeliveryOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = deliveryQuery(options);
  const found = await answer(
    client.GET('/api/v1/Webhooks/{id}/Deliveries', { params: { ...at(id), query } }),
  );
  const about = ({ Body }: (typeof found)[number]): string => {
    const { TaskId, Name, To } = (Body ?? {}) as Record<string, unknown>;
    return TaskId === undefined ? 'test' : `${Name} #${TaskId} ${To}`;
  };
  printTable(
    found,
    { json: options.json, none: 'No deliveries.' },
    deliveryColumns({ head: 'Event', of: about }),
  );
  return 0;
}

/** `batchline webhook redeliver ID DELIVERY`: sends a delivery again. */
export async function redeliver(id: number, delivery: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const params = { path: { id, delivery: String(delivery) } };
  const again = await answer(
    client.POST('/api/v1/Webhooks/{id}/Deliveries/{delivery}/Redeliver', { params: params as never }),
  );
  print(again, options.json, deliveryText(again));
  return 0;
}
