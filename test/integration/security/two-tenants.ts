import { sql } from 'kysely';
import type { Role } from '../../../src/core/access.ts';
import type { ApiClient } from '../../support/api-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { HandWorker } from '../workers/protocol-client.ts';

/** The protected tenant, and the tenant of the intruders. */
const ALPHA = 'Alpha';
const BETA = 'Beta';
/** Contained in every text of Alpha's, and in no other. */
export const MARKER = 'of-alpha-alone';
/** What Alpha's tasks are started by; Beta starts none of it. */
export const ALPHA_WORK = 'alpha-work';

/** Ids of Alpha's objects by kind, each with one that doesn't exist. */
type Things = Readonly<Record<ThingKind, { readonly id: string; readonly unknown: string }>>;
export type ThingKind = (typeof KINDS)[number];
const KINDS = [
  'waiting',
  'held',
  'ended',
  'child',
  'lease',
  'schedule',
  'webhook',
  'subscription',
  'delivery',
  'upload',
  'associate',
  'token',
  'tenant',
] as const;

/** A user of Beta who tries to access Alpha's data. */
export interface Intruder {
  readonly name: string;
  readonly api: ApiClient;
  /** Stands before `/api/v1`. */
  readonly prefix: string;
}

/** A server with what two tenants have in it. */
export interface TwoTenants {
  readonly things: Things;
  readonly intruders: readonly Intruder[];
  /** An administrator of Alpha. */
  readonly alpha: ApiClient;
  /** An administrator of Beta, and a worker of Beta. */
  readonly beta: { readonly administrator: ApiClient; readonly worker: HandWorker };
  /** A webhook of Beta's. */
  readonly ownWebhook: string;
  /** Every row that there is, to be compared. */
  rows(): Promise<string>;
}

/** Fills a server whose address rules allow loopback. */
export async function fillTwoTenants(server: TestServer): Promise<TwoTenants> {
  const { admin } = server;
  const alice = await server.associate(`alice-${MARKER}`, { tenant: ALPHA });
  const ada = await server.associate('ada', { tenant: ALPHA, roles: ['administrator'] });
  // With a token: a password would be verified again every few seconds.
  const ofBeta = async (login: string, ...roles: Role[]): Promise<ApiClient> =>
    (await server.associate(login, { tenant: BETA, roles })).withToken(['read', 'write', 'admin']);
  const bob = await ofBeta('bob');
  const vera = await ofBeta('vera', 'viewer');
  const bea = await server.associate('bea', { tenant: BETA, roles: ['administrator'] });
  const workerToken = (api: ApiClient): Promise<ApiClient> =>
    api.withToken(['worker'], { Definitions: [ALPHA_WORK] });

  await new HandWorker(admin).declare({ Name: ALPHA_WORK, LeaseSeconds: 3600 });
  const worker = new HandWorker(await workerToken(ada), MARKER);
  const start = (more: object = {}): Promise<number> =>
    alice.start({
      Name: ALPHA_WORK,
      Description: MARKER,
      Context: MARKER,
      ParameterObject: { text: MARKER },
      ...more,
    });

  const webhook = await hookOfAlpha(alice, async () => {
    await start();
    const { Lease } = await worker.next(ALPHA_WORK);
    await worker.on(Lease, 'Log', { Lines: [{ Message: MARKER }] });
    await keepFile(worker, Lease);
    await worker.on(Lease, 'Succeed', { Result: MARKER });
    return Number(Lease.split('.')[0]);
  });
  await start();
  const held = await worker.next(ALPHA_WORK);
  await worker.on(held.Lease, 'Checkpoint', { Value: MARKER });
  await worker.on(held.Lease, 'Log', { Lines: [{ Message: MARKER }] });
  await keepFile(worker, held.Lease);
  const children = { Children: [{ Key: 'one', Name: ALPHA_WORK, Description: MARKER }] };
  const child = (await worker.on(held.Lease, 'Children', children)).body.Ids[0];
  const waiting = await start();

  const schedule = await ada.json('POST', '/Schedules', {
    Name: MARKER,
    Definition: ALPHA_WORK,
    ParameterObject: { text: MARKER },
    Cron: '0 0 1 1 *',
  });
  const subscription = await alice.json('POST', '/Subscriptions', {
    Channel: 'Webhook',
    Target: `http://127.0.0.1:9/${MARKER}`,
    On: ['Ended'],
    Active: false,
  });
  const upload = await alice.call('POST', `/Uploads?Name=${MARKER}.csv`, 'a,b\n1,2\n', {
    'Content-Type': 'text/csv',
  });
  const token = await alice.json('POST', '/Tokens', { Name: MARKER });
  await admin.json('POST', '/Applications', { Name: MARKER });
  const ownWebhook = await bea.json('POST', '/Webhooks', { Url: 'http://127.0.0.1:9/beta', Active: false });

  const ofTask = (id: number) => ({ id: String(id), unknown: '2147480000' });
  const ofRow = (id: number | string) => ({ id: String(id), unknown: '2147480000' });
  return {
    things: {
      waiting: ofTask(waiting),
      held: ofTask(held.Task.Id),
      ended: ofTask(webhook.taskId),
      child: ofTask(child),
      lease: { id: held.Lease, unknown: '2147480000.1' },
      schedule: ofRow(schedule.Id),
      webhook: ofRow(webhook.id),
      subscription: ofRow(subscription.Id),
      delivery: ofRow(webhook.deliveryId),
      upload: {
        id: upload.body.File.replace('upload:', ''),
        unknown: '00000000-0000-4000-8000-000000000000',
      },
      associate: ofRow(alice.associateId),
      token: ofRow(token.Id),
      tenant: { id: ALPHA, unknown: 'Gamma' },
    },
    intruders: [
      { name: 'an associate', api: bob, prefix: '' },
      { name: 'a viewer', api: vera, prefix: '' },
      { name: 'an administrator', api: await bea.withToken(['read', 'write', 'admin']), prefix: '' },
      { name: 'a worker', api: await workerToken(bea), prefix: '' },
      { name: 'an administrator of the server, at the address of Beta', api: admin, prefix: `/${BETA}` },
    ],
    alpha: ada,
    beta: { administrator: bea, worker: new HandWorker(await workerToken(bea)) },
    ownWebhook: String(ownWebhook.Id),
    rows: () => rowsOf(server),
  };
}

/** A webhook of Alpha's that has told of a task, and is off. */
async function hookOfAlpha(
  owner: ApiClient,
  runTask: () => Promise<number>,
): Promise<{ id: number; deliveryId: number; taskId: number }> {
  const receiver = await startReceiver();
  try {
    const url = `${receiver.url}&${MARKER}`;
    const { Id: id } = await owner.json('POST', '/Webhooks', { Url: url, States: ['Succeeded'] });
    const taskId = await runTask();
    await receiver.until((received) => received.length > 0);
    for (;;) {
      const [delivery] = await owner.json('GET', `/Webhooks/${id}/Deliveries`);
      if (delivery?.State !== 'Delivered') continue;
      await owner.json('PATCH', `/Webhooks/${id}`, { Active: false });
      return { id, deliveryId: delivery.Id, taskId };
    }
  } finally {
    await receiver.close();
  }
}

async function keepFile(worker: HandWorker, lease: string): Promise<void> {
  const digest = Buffer.from(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(MARKER)),
  ).toString('base64');
  const answer = await worker.file(lease, `${MARKER}.txt`, MARKER, {
    'Content-Digest': `sha-256=:${digest}:`,
  });
  if (answer.status !== 204) throw new Error(answer.text);
}

/**
 * Reads all rows of the server's tables, except what it writes periodically and in the background, and the presence of Beta's
 * own workers.
 */
export async function rowsOf({ database }: Pick<TestServer, 'database'>): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema in ('batchline', 'batchline_data') and table_type = 'BASE TABLE'
      and table_name !~ '^(statistics_|task_search)' order by 1`.execute(database.sql);
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`
      select (to_jsonb(t) - 'last_seen' - 'last_look' - 'seen' - 'last_used' - 'last_sign_in' - 'last_sign_in_by')::text
        as row from ${sql.table(name)} as t
      where ${name} <> 'batchline.worker' or to_jsonb(t) ->> 'tenant' is distinct from 'Beta'
      order by 1`.execute(database.sql);
    parts.push(name, ...rows.map(({ row }) => `  ${row}`));
  }
  return parts.join('\n');
}
