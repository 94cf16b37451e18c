import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerCommand } from '../../src/services/operator-commands.ts';
import type { ApiClient } from '../support/api-client.ts';
import { quickHash } from '../support/associates.ts';
import { type KnownRoute, routesOf } from '../support/route-table.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/** A call that changes administration, and the record that it must leave. */
interface AuditedCall {
  readonly path: string;
  readonly body?: object;
  readonly record: object;
}

/** The ids of the objects that earlier calls have created. */
interface Known {
  userId?: number;
  tokenId?: number;
  applicationId?: number;
  webhookId?: number;
  subscriptionId?: number;
  scheduleId?: number;
}

const SECRET_URL = 'https://hooks.example/services/T0/secret-path';
const schedule = {
  Name: 'nightly',
  Definition: 'countdown',
  Cron: '0 2 * * *',
  ParameterObject: { seconds: 2345 },
};

/** The calls that change administration. They are made in this order. Each leaves exactly one record. */
const AUDITED: Readonly<Record<string, (known: Known) => AuditedCall>> = {
  'POST /Users': () => ({
    path: '/Users',
    body: { Login: 'una', Password: 'secret password', Roles: ['viewer'] },
    record: { Kind: 'User', Action: 'Create', ObjectName: 'una' },
  }),
  'PATCH /Users/:id': ({ userId }) => ({
    path: `/Users/${userId}`,
    body: { Password: 'secret password 2', Roles: [] },
    record: {
      Kind: 'User',
      Action: 'Change',
      ObjectId: userId,
      Changes: [
        { Property: 'Roles', From: 'viewer', To: '' },
        { Property: 'Password', From: null, To: null },
      ],
    },
  }),
  'POST /Users/:id/PasswordLink': ({ userId }) => ({
    path: `/Users/${userId}/PasswordLink`,
    body: {},
    record: { Kind: 'User', Action: 'PasswordLink', ObjectId: userId },
  }),
  'POST /Tokens': ({ userId }) => ({
    path: '/Tokens',
    body: { Name: 'of una', AssociateId: userId },
    record: {
      Kind: 'Token',
      Action: 'Create',
      ObjectName: 'of una',
      Changes: [
        { Property: 'Owner', From: null, To: 'una' },
        { Property: 'Scopes', From: null, To: 'read, write' },
      ],
    },
  }),
  'DELETE /Tokens/:id': ({ tokenId }) => ({
    path: `/Tokens/${tokenId}`,
    record: { Kind: 'Token', Action: 'Delete', ObjectId: tokenId, ObjectName: 'of una' },
  }),
  'POST /Applications': () => ({
    path: '/Applications',
    body: { Name: 'importer', Scopes: ['read'] },
    record: { Kind: 'Application', Action: 'Create', ObjectName: 'importer' },
  }),
  'DELETE /Applications/:id': ({ applicationId }) => ({
    path: `/Applications/${applicationId}`,
    record: { Kind: 'Application', Action: 'Delete', ObjectId: applicationId },
  }),
  'POST /Webhooks': () => ({
    path: '/Webhooks',
    body: { Url: SECRET_URL },
    record: { Kind: 'Webhook', Action: 'Create', ObjectName: 'https://hooks.example' },
  }),
  'PATCH /Webhooks/:id': ({ webhookId }) => ({
    path: `/Webhooks/${webhookId}`,
    body: { Url: `${SECRET_URL}-2` },
    record: { Kind: 'Webhook', Action: 'Change', Changes: [{ Property: 'Url', From: null, To: null }] },
  }),
  'DELETE /Webhooks/:id': ({ webhookId }) => ({
    path: `/Webhooks/${webhookId}`,
    record: { Kind: 'Webhook', Action: 'Delete', ObjectId: webhookId },
  }),
  'POST /Subscriptions': () => ({
    path: '/Subscriptions',
    body: { Channel: 'Webhook', Target: SECRET_URL, On: ['Failed'] },
    record: { Kind: 'Subscription', Action: 'Create', ObjectName: 'https://hooks.example' },
  }),
  'PATCH /Subscriptions/:id': ({ subscriptionId }) => ({
    path: `/Subscriptions/${subscriptionId}`,
    body: { Target: `${SECRET_URL}-2`, Own: false },
    record: {
      Kind: 'Subscription',
      Action: 'Change',
      Changes: [
        { Property: 'Own', From: 'true', To: 'false' },
        { Property: 'Target', From: null, To: null },
      ],
    },
  }),
  'DELETE /Subscriptions/:id': ({ subscriptionId }) => ({
    path: `/Subscriptions/${subscriptionId}`,
    record: { Kind: 'Subscription', Action: 'Delete', ObjectId: subscriptionId },
  }),
  'POST /Schedules': () => ({
    path: '/Schedules',
    body: schedule,
    record: { Kind: 'Schedule', Action: 'Create', ObjectName: 'nightly', DatabaseSerialNumber: 'batchline' },
  }),
  'PUT /Schedules/:id': ({ scheduleId }) => ({
    path: `/Schedules/${scheduleId}`,
    body: { ...schedule, Cron: '0 3 * * *', Overlap: 'Skip', ParameterObject: { seconds: 2346 } },
    record: {
      Kind: 'Schedule',
      Action: 'Change',
      Changes: [
        { Property: 'Cron', From: '0 2 * * *', To: '0 3 * * *' },
        { Property: 'Overlap', From: 'Allow', To: 'Skip' },
        { Property: 'ParameterObject', From: null, To: null },
      ],
    },
  }),
  'POST /Schedules/:id/Pause': ({ scheduleId }) => ({
    path: `/Schedules/${scheduleId}/Pause`,
    record: { Kind: 'Schedule', Action: 'Pause', ObjectId: scheduleId },
  }),
  'POST /Schedules/:id/Resume': ({ scheduleId }) => ({
    path: `/Schedules/${scheduleId}/Resume`,
    record: { Kind: 'Schedule', Action: 'Resume' },
  }),
  'DELETE /Schedules/:id': ({ scheduleId }) => ({
    path: `/Schedules/${scheduleId}`,
    record: { Kind: 'Schedule', Action: 'Delete', ObjectName: 'nightly' },
  }),
  'POST /Definitions/:name/Pause': () => ({
    path: '/Definitions/countdown/Pause',
    record: { Kind: 'Definition', Action: 'Pause', ObjectId: null, ObjectName: 'countdown' },
  }),
  'POST /Definitions/:name/Resume': () => ({
    path: '/Definitions/countdown/Resume',
    record: { Kind: 'Definition', Action: 'Resume' },
  }),
  'PUT /Definitions/:name/Limits': () => ({
    path: '/Definitions/countdown/Limits',
    body: { Concurrent: 3 },
    record: { Action: 'Limits', Changes: [{ Property: 'Limits', From: null, To: '{"concurrent":3}' }] },
  }),
  'DELETE /Definitions/:name/Limits': () => ({
    path: '/Definitions/countdown/Limits',
    record: { Action: 'Limits', Changes: [{ Property: 'Limits', From: '{"concurrent":3}', To: null }] },
  }),
  'PUT /Definitions/:name/Retention': () => ({
    path: '/Definitions/countdown/Retention',
    body: { Failed: '90d' },
    record: { Action: 'Retention', Changes: [{ Property: 'Failed', From: null, To: '90d' }] },
  }),
  'DELETE /Definitions/:name/Retention': () => ({
    path: '/Definitions/countdown/Retention',
    record: { Action: 'Retention', Changes: [{ Property: 'Failed', From: '90d', To: null }] },
  }),
  'DELETE /Workers/Definitions/:name': () => ({
    path: '/Workers/Definitions/remote-work',
    record: { Kind: 'Definition', Action: 'Delete', ObjectName: 'remote-work' },
  }),
};

/** Changing calls that administer nothing: they run tasks, store files, or sign in. `SignIn/Password` is tested below. */
const OTHERS =
  /^(?:POST|PUT|PATCH|DELETE) \/(?:Agents|Archive|BatchTask|SignIn|TimeZone|Uploads|Workers\/(?:Leases|Acquire|Definitions$))\b|^POST \/(?:Schedules\/:id\/RunNow|(?:Webhooks|Subscriptions)\/:id\/(?:Test|Deliveries\/.*))$/;

describe('the audit of administration', () => {
  let server: TestServer;
  let routes: KnownRoute[];
  const known: Known = {};

  beforeAll(async () => {
    [server, routes] = await routesOf(() => startTestServer('embedded'));
    await server.admin.json('POST', '/Workers/Definitions', {
      Definitions: [{ Name: 'remote-work', Description: '' }],
    });
  });
  afterAll(() => server?.stop());

  const records = (query = '', as: ApiClient = server.admin) =>
    as.json('GET', `/Administration/Audit${query}`);

  test('every call that changes administration is known', () => {
    const changing = routes
      .filter(({ method, url }) => !/^(GET|HEAD|OPTIONS)$/.test(method) && url.startsWith('/api/v1/'))
      .map(({ method, url }) => `${method} ${url.slice('/api/v1'.length)}`);
    const unknown = changing.filter((name) => AUDITED[name] === undefined && !OTHERS.test(name));
    expect(unknown, 'audited, or in OTHERS').toEqual([]);
    expect(Object.keys(AUDITED).filter((name) => !changing.includes(name))).toEqual([]);
  });

  test('every such call leaves one record, without secrets', async () => {
    const before = await records();
    const ids = {
      'POST /Users': 'userId',
      'POST /Tokens': 'tokenId',
      'POST /Applications': 'applicationId',
      'POST /Webhooks': 'webhookId',
      'POST /Subscriptions': 'subscriptionId',
      'POST /Schedules': 'scheduleId',
    } as const;
    let last = before[0]?.Id ?? 0;
    for (const [name, callOf] of Object.entries(AUDITED)) {
      const { path, body, record } = callOf(known);
      const { status, body: created } = await server.admin.call(name.split(' ')[0] as 'POST', path, body);
      expect(status, name).toBeLessThan(300);
      const id = ids[name as keyof typeof ids];
      if (id !== undefined)
        known[id] = created.AssociateId !== undefined && id === 'userId' ? created.AssociateId : created.Id;
      const added = (await records()).filter(({ Id }: { Id: number }) => Id > last);
      expect(added, name).toHaveLength(1);
      expect.soft(added[0], name).toMatchObject({ ActorId: 1, Actor: 'admin', Means: 'SignIn', ...record });
      last = added[0].Id;
    }
    expect(JSON.stringify(await records())).not.toMatch(/secret|scrypt|8A:|234[56]/);
  });

  test('a call that is refused, or changes nothing, leaves no record', async () => {
    const [latest] = await records('?Top=1');
    const call = async (...args: Parameters<ApiClient['call']>) => (await server.admin.call(...args)).status;
    expect(await call('POST', '/Users', { Login: 'una', Password: 'another password' })).toBe(409);
    expect(await call('PATCH', `/Users/${known.userId}`, { Roles: [] })).toBe(200);
    expect(await call('DELETE', '/Tokens/4711')).toBe(404);
    expect(await call('POST', '/Definitions/countdown/Resume')).toBe(200);
    expect(await call('DELETE', '/Definitions/countdown/Retention')).toBe(204);
    expect(await records('?Top=1')).toEqual([latest]);
  });

  test('is filtered and read in pages', async () => {
    const all = await records();
    expect(all.length).toBeGreaterThan(20);
    const pages = [];
    for (let before = ''; ; before = `&Before=${pages.at(-1).Id}`) {
      const page = await records(`?Top=7${before}`);
      pages.push(...page);
      if (page.length < 7) break;
    }
    expect(pages).toEqual(all);
    expect(await records('?kind=webhook&ObjectName=https://hooks.example')).toHaveLength(3);
    const ofUser = await records(`?Kind=User&ObjectId=${known.userId}`);
    expect(ofUser.map(({ Action }: { Action: string }) => Action)).toEqual([
      'PasswordLink',
      'Change',
      'Create',
    ]);
    expect(await records('?ActorId=4711')).toEqual([]);
    for (const query of ['?Top=0', '?Top=1001', '?Before=x', '?Kind=Task', '?ObjectId=-1'])
      expect((await server.admin.call('GET', `/Administration/Audit${query}`)).status, query).toBe(400);
  });

  test('administrators of a tenant see that tenant’s records only, and others none', async () => {
    const boss = await server.associate('boss', { roles: ['administrator'], tenant: 'Alpha' });
    await boss.json('POST', '/Users', { Login: 'of-alpha', Password: 'a long password' });
    const seen = await records('?Kind=User', boss);
    expect(seen).toMatchObject([{ Actor: 'boss', ObjectName: 'of-alpha', DatabaseSerialNumber: 'Alpha' }]);
    const viewer = await server.associate('vic', { roles: ['viewer'] });
    expect((await viewer.call('GET', '/Administration/Audit')).status).toBe(403);
  });

  test('names the means: a token, a password link, an operator', async () => {
    const { Token } = await server.admin.json('POST', '/Tokens', { Name: 't', Scopes: ['write', 'admin'] });
    await fetch(`${server.url}/api/v1/Users`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${Token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ Login: 'by-token', Password: 'a long password' }),
    });
    expect(await records('?Top=1')).toMatchObject([
      { Means: 'Token', Actor: 'admin', ObjectName: 'by-token' },
    ]);

    const { Url } = await server.admin.json('POST', `/Users/${known.userId}/PasswordLink`, {});
    await server.admin.json('POST', '/SignIn/Password', {
      Link: Url.split('#')[1],
      Password: 'chosen by una',
    });
    expect(await records('?Top=1')).toMatchObject([{ Means: 'Link', Actor: 'una', Action: 'Change' }]);

    const passwordHash = await quickHash('secret');
    const commands: Record<string, [input: object, action: string]> = {
      addUser: [{ login: 'op', name: 'Op', passwordHash, roles: [], tenant: null }, 'Create'],
      replacePassword: [{ login: 'op', passwordHash }, 'Change'],
      createPasswordLink: [{ login: 'op' }, 'PasswordLink'],
      createToken: [{ login: 'op', name: 'op', scopes: ['read'], definitions: null, days: null }, 'Create'],
      addApplication: [{ name: 'op', scopes: null }, 'Create'],
    };
    const deps = { db: server.database.sql, serialNumber: 'main' };
    const run = async (command: string, input: object, action: string) => {
      const [before] = await records('?Top=1');
      expect(await answerCommand(deps, { command, input }), command).toHaveProperty('result');
      const [after] = await records('?Top=1');
      expect(after.Id, command).toBeGreaterThan(before.Id);
      expect(after, command).toMatchObject({ Means: 'CommandLine', ActorId: 0, Action: action });
      return after.ObjectId as number;
    };
    const made: Record<string, number> = {};
    for (const [command, [input, action]] of Object.entries(commands))
      made[command] = await run(command, input, action);
    await run('revokeToken', { id: made.createToken }, 'Delete');
    await run('removeApplication', { id: made.addApplication }, 'Delete');
  });

  test('is pruned after 400 days', async () => {
    const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);
    const count = (await records()).length;
    expect(await server.retention.removeAdministration(inDays(399))).toBe(0);
    expect(await server.retention.removeAdministration(inDays(401))).toBeGreaterThanOrEqual(count);
    expect(await records()).toEqual([]);
  });
});
