import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENT_METHODS } from '../../../src/http/resources/batch-agent.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { EventClient } from '../../support/event-client.ts';
import { type KnownRoute, routesOf } from '../../support/route-table.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import {
  ALPHA_WORK,
  fillTwoTenants,
  type Intruder,
  MARKER,
  type ThingKind,
  type TwoTenants,
} from './two-tenants.ts';

/** A call as it goes out. */
interface Call {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a route with the data of another tenant. */
type Try =
  /** With the id of a thing: it must look in every way as if there were none. */
  | {
      readonly kind: 'id';
      readonly of: ThingKind;
      readonly call: (id: string, own: string) => Call;
      readonly by?: RegExp;
    }
  /** A list: it contains no data of the other tenant. */
  | { readonly kind: 'list'; readonly calls: readonly Call[] }
  /** Something of the whole server: refused. */
  | { readonly kind: 'refused'; readonly call: Call; readonly by: RegExp }
  /** There is nothing of any tenant in it. */
  | { readonly kind: 'open' };

const BASE = '/api/v1';
const open: Try = { kind: 'open' };
const list = (...calls: (string | Call)[]): Try => ({
  kind: 'list',
  calls: calls.map((call) => (typeof call === 'string' ? { path: call } : call)),
});
const refused = (path: string, body?: unknown, by = /^/): Try => ({
  kind: 'refused',
  call: { path, body },
  by,
});
const byId = (of: ThingKind, call: (id: string, own: string) => Call | string, by?: RegExp): Try => ({
  kind: 'id',
  of,
  call: (id, own) => {
    const made = call(id, own);
    return typeof made === 'string' ? { path: made } : made;
  },
  ...(by === undefined ? {} : { by }),
});
const output = (of: ThingKind, method: string): Try => ({
  kind: 'id',
  of,
  call: (id) => ({ path: `/Agents/BLOB/${method}`, body: { BatchTaskId: Number(id) } }),
});
const task = (of: ThingKind, rest = '', more: Omit<Call, 'path'> = {}): Try =>
  byId(of, (id) => ({ path: `/BatchTask/${id}${rest}`, ...more }));
const lease = (rest: string, body?: unknown, headers?: Record<string, string>): Try =>
  byId('lease', (id) => ({
    path: `/Workers/Leases/${id}/${rest}`,
    body,
    ...(headers === undefined ? {} : { headers }),
  }));
const agent = (method: string, of: ThingKind, body: (id: number) => object, by?: RegExp): [string, Try[]] => [
  `POST /Agents/Batch/${method}`,
  [byId(of, (id) => ({ path: `/Agents/Batch/${method}`, body: body(Number(id)) }), by)],
];
const agentList = (method: string, body: object): [string, Try[]] => [
  `POST /Agents/Batch/${method}`,
  [list({ path: `/Agents/Batch/${method}`, body })],
];
const schedule = (rest = '', body?: unknown): Try =>
  byId('schedule', (id) => ({ path: `/Schedules/${id}${rest}`, body }));
const subscription = (rest = '', body?: unknown): Try =>
  byId('subscription', (id) => ({ path: `/Subscriptions/${id}${rest}`, body }));
const webhook = (rest = '', body?: unknown): Try =>
  byId('webhook', (id) => ({ path: `/Webhooks/${id}${rest}`, body }));

const bulkStart = (task: object): Call => ({
  path: '/BatchTask/Bulk',
  body: { Action: 'Start', Tasks: [{ Name: 'countdown' }, task] },
});

/** Those who may start for others within their tenant. */
const ADMINISTRATORS = /administrator/;
const OTHERS = [1, 2, 3, 4, 5, 6, 7, 8, 0, -1];
const EMPTY_DIGEST = { 'Content-Digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:' };
const newSchedule = { Name: 'of Beta', Definition: 'countdown', ParameterObject: {}, Cron: '0 0 1 1 *' };

/**
 * Every route below /api/v1, with its test calls. A new route fails the first test until it is listed here. HEAD is tested
 * like GET.
 */
const ROUTES: Readonly<Record<string, readonly Try[]>> = {
  'GET /Texts': [open],
  'GET /TimeZone': [open],
  'GET /TimeZone/base': [open],
  'GET /TimeZone/current': [open],
  'GET /TimeZone/:name': [open],
  'POST /Agents/TimeZone/GetDefaultTimeZoneInformation': [open],
  'POST /Agents/TimeZone/InitializeTimeZoneData': [open],
  'POST /Agents/TimeZone/GetBaseTimeZoneId': [open],
  'POST /Agents/TimeZone/GetDefaultTimeZonePreference': [open],
  'POST /Agents/TimeZone/CheckNewTimeZoneDataAvailable': [open],
  'POST /Agents/TimeZone/UpdateTimeZoneData': [open],
  'POST /Agents/TimeZone/TimeOfLastTimeZoneUpdate': [open],
  'POST /Agents/TimeZone/SetBaseTimeZoneId': [
    refused('/Agents/TimeZone/SetBaseTimeZoneId', { timezoneId: 1 }),
  ],
  'POST /Agents/TimeZone/ToggleActiveTimeZoneRow': [open],
  'POST /Agents/TimeZone/SetActiveTimeZoneRow': [open],
  'POST /Agents/TimeZone/SetActiveTimeZonesByFilter': [open],
  'POST /Agents/TimeZone/DeleteTimeZones': [open],
  'POST /Agents/BLOB/GetOutputFromBatch': [
    output('waiting', 'GetOutputFromBatch'),
    output('ended', 'GetOutputFromBatch'),
  ],
  'POST /Agents/BLOB/CleanupBatchTask': [
    output('waiting', 'CleanupBatchTask'),
    output('held', 'CleanupBatchTask'),
    output('ended', 'CleanupBatchTask'),
  ],
  'GET ': [open],
  'GET /SignIn': [open],
  'GET /SignIn/Methods': [open],
  'POST /SignIn': [open],
  'DELETE /SignIn': [open],
  'POST /SignIn/Password': [open],

  'POST /BatchTask': [
    byId('tenant', (DatabaseSerialNumber) => ({
      path: '/BatchTask',
      body: { Name: 'countdown', DatabaseSerialNumber },
    })),
    byId(
      'associate',
      (id) => ({ path: '/BatchTask', body: { Name: 'countdown', AssociateId: Number(id) } }),
      ADMINISTRATORS,
    ),
  ],
  'GET /BatchTask': [
    list(
      '/BatchTask',
      '/BatchTask?$options=GrandTotal=true',
      `/BatchTask?$filter=name eq '${ALPHA_WORK}'`,
      `/BatchTask?$filter=description contains '${MARKER}'&$options=GrandTotal=true`,
      '/BatchTask?$filter=associateId gt -1&$orderBy=batchTaskId desc',
      '/BatchTask?$select=name,Count(name):Footer&$format=XML',
    ),
  ],
  'GET /Archive': [open],
  'GET /Archive$metadata': [open],
  'GET /Archive/$metadata': [open],
  'GET /Archive/BatchTasks': [
    list(
      '/Archive/BatchTasks',
      '/Archive/BatchTasks?$inlineCount=True&$options=GrandTotal=true',
      `/Archive/BatchTasks?$filter=DbTag ne ''&$select=DbTag,registeredBy,updatedBy&$mode=Full`,
      '/Archive/BatchTasks?$select=GroupBy(DbTag):Header,Footer,CountAll(State),Min(Description),Max(Description)',
      '/Archive/BatchTasks?$select=GroupBy(name):Footer,HideDetail,Sum(DetailsRecord):HideDetail',
    ),
  ],
  'POST /Archive/BatchTasks': [
    list({
      path: '/Archive/BatchTasks',
      body: { $select: 'DbTag,Description', $filter: 'getAllRows set true' },
    }),
  ],
  'GET /Archive/BatchTasks/$metadata': [open],
  'GET /Archive/BatchTasks$metadata': [open],
  'POST /Agents/Archive/GetProviderNames': [open],
  'POST /Agents/Archive/GetAvailableColumns': [open],
  'POST /Agents/Archive/GetArchiveListByColumns': [
    list({
      path: '/Agents/Archive/GetArchiveListByColumns',
      body: { ProviderName: 'BatchTasks', Columns: ['DbTag', 'Description', 'registeredBy', 'Count(DbTag)'] },
    }),
  ],
  'GET /BatchTask/:id': [
    task('waiting'),
    task('held'),
    task('ended', '', { headers: { 'If-None-Match': '*' } }),
    list('/BatchTask/All', '/BatchTask/New', '/BatchTask/Started', '/BatchTask/Succeeded'),
  ],
  'PUT /BatchTask/:id': [
    task('waiting', '', { body: { Description: 'of Beta' } }),
    task('held', '', { body: { State: 'Failed' } }),
    task('ended', '', { body: { State: 'SucceededManualCleanup' }, headers: { 'If-Match': '"0"' } }),
  ],
  'PATCH /BatchTask/:id': [
    task('waiting', '', { body: { Description: 'of Beta' } }),
    task('held', '', { body: [{ op: 'test', path: '/Description', value: MARKER }] }),
  ],
  'DELETE /BatchTask/:id': [task('waiting'), task('held'), task('ended'), task('child')],
  'POST /BatchTask/:id/Stop': [task('waiting', '/Stop'), task('held', '/Stop'), task('ended', '/Stop')],
  'POST /BatchTask/:id/Restart': [task('ended', '/Restart'), task('held', '/Restart')],
  'POST /BatchTask/:id/Copy': [task('ended', '/Copy'), task('held', '/Copy')],
  'POST /BatchTask/Bulk': [
    list(
      ...['Stop', 'Restart', 'Delete'].map((Action) => ({
        path: '/BatchTask/Bulk',
        body: { Action, Filter: `name eq '${ALPHA_WORK}'` },
      })),
    ),
    byId('tenant', (DatabaseSerialNumber) => bulkStart({ Name: 'countdown', DatabaseSerialNumber })),
    byId('associate', (id) => bulkStart({ Name: 'countdown', AssociateId: Number(id) }), ADMINISTRATORS),
  ],
  'GET /BatchTask/:id/File': [
    task('ended', '/File'),
    task('held', '/File', { headers: { Range: 'bytes=0-3' } }),
    task('ended', '/File', { headers: { 'If-None-Match': '*' } }),
  ],
  'GET /BatchTask/:id/Audit': [task('ended', '/Audit'), task('held', '/Audit')],
  'GET /BatchTask/:id/Attempts': [task('ended', '/Attempts'), task('held', '/Attempts')],
  'GET /BatchTask/:id/Waiting': [
    task('waiting', '/Waiting'),
    task('ended', '/Waiting'),
    task('held', '/Waiting'),
  ],
  'GET /BatchTask/:id/Log': [task('ended', '/Log'), task('held', '/Log')],
  'GET /BatchTask/:id/Children': [task('held', '/Children')],
  'GET /BatchTask/:id/Parent': [task('child', '/Parent'), task('held', '/Parent')],
  'GET /BatchTask/:id/Events': [task('held', '/Events?After=0'), task('ended', '/Events')],
  'GET /Events': [list('/Events?After=0', `/Events?After=0&Name=${ALPHA_WORK}`)],

  ...Object.fromEntries([
    agent('GetBatchTaskInfo', 'held', (Id) => ({ Id })),
    agent('StopBatchJob', 'held', (Id) => ({ Id })),
    agent('UpdateBatchTask', 'held', (Id) => ({ Id, State: 'Failed', Description: 'of Beta' })),
    agent('DeleteBatchTask', 'ended', (BatchTaskId) => ({ BatchTaskId })),
    agent('DeleteBatchTasks', 'ended', (id) => ({ BatchTaskIds: [id] })),
    agent(
      'StartBatchJob',
      'associate',
      (AssociateId) => ({ Name: 'countdown', AssociateId }),
      ADMINISTRATORS,
    ),
    agentList('GetBatchTaskInfosByAssociates', { AssociateIds: OTHERS }),
    agentList('GetBatchTaskInfosByAssociatesAndState', { AssociateIds: OTHERS, State: 'Started' }),
    agentList('GetBatchTaskInfosByState', { State: 'All' }),
    agentList('GetBatchTaskInfosByNameAndState', { Name: ALPHA_WORK, State: 'All' }),
    agentList('GetBatchTaskInfosByNameAndAssociates', { Name: ALPHA_WORK, AssociateIds: OTHERS }),
    agentList('GetAllBatchTaskInfosByName', { TaskName: ALPHA_WORK }),
    agentList('GetAllBatchTaskInfosByNameAndState', { TaskName: ALPHA_WORK, State: 'All' }),
    agentList('GetSystemBatchTaskInfosByName', { TaskName: ALPHA_WORK }),
    agentList('GetSystemBatchTaskInfosByNameAndState', { TaskName: ALPHA_WORK, State: 'All' }),
  ]),

  // Definitions are shared and visible to all; the tasks behind them are not.
  'GET /Definitions': [list('/Definitions')],
  'GET /Definitions/:name': [list(`/Definitions/${ALPHA_WORK}`)],
  'POST /Definitions/:name/Pause': [refused(`/Definitions/${ALPHA_WORK}/Pause`)],
  'POST /Definitions/:name/Resume': [refused(`/Definitions/${ALPHA_WORK}/Resume`)],
  'PUT /Definitions/:name/Limits': [refused(`/Definitions/${ALPHA_WORK}/Limits`, { Concurrent: 1 })],
  'DELETE /Definitions/:name/Limits': [refused(`/Definitions/${ALPHA_WORK}/Limits`)],
  'GET /Definitions/:name/Audit': [refused(`/Definitions/${ALPHA_WORK}/Audit`)],
  'GET /Definitions/:name/Retention': [list(`/Definitions/${ALPHA_WORK}/Retention`)],
  'PUT /Definitions/:name/Retention': [refused(`/Definitions/${ALPHA_WORK}/Retention`, { Failed: '1d' })],
  'DELETE /Definitions/:name/Retention': [refused(`/Definitions/${ALPHA_WORK}/Retention`)],
  'GET /Definitions/:name/Statistics': [list(`/Definitions/${ALPHA_WORK}/Statistics?Minutes=10080`)],
  'GET /Workers': [list('/Workers', `/Workers?Definition=${ALPHA_WORK}`)],
  'GET /Statistics': [list('/Statistics', '/Statistics?Minutes=10080')],

  'GET /Schedules': [list('/Schedules')],
  'POST /Schedules': [
    byId('tenant', (DatabaseSerialNumber) => ({
      path: '/Schedules',
      body: { ...newSchedule, DatabaseSerialNumber },
    })),
    byId(
      'associate',
      (id) => ({ path: '/Schedules', body: { ...newSchedule, AssociateId: Number(id) } }),
      ADMINISTRATORS,
    ),
  ],
  'GET /Schedules/:id': [schedule()],
  'GET /Schedules/:id/NextRuns': [schedule('/NextRuns')],
  'GET /Schedules/NextRuns': [open],
  'PUT /Schedules/:id': [schedule('', { Cron: '* * * * *' })],
  'POST /Schedules/:id/Pause': [schedule('/Pause')],
  'POST /Schedules/:id/Resume': [schedule('/Resume')],
  'POST /Schedules/:id/RunNow': [schedule('/RunNow')],
  'DELETE /Schedules/:id': [schedule()],

  'GET /Webhooks': [list('/Webhooks')],
  // A new one receives only events that its creator may see; the stream and its page show that none is Alpha's.
  'POST /Webhooks': [open],
  'GET /Webhooks/:id': [webhook()],
  'PATCH /Webhooks/:id': [webhook('', { Url: 'http://127.0.0.1:9/beta' }), webhook('', { Active: true })],
  'DELETE /Webhooks/:id': [webhook()],
  'POST /Webhooks/:id/Test': [webhook('/Test')],
  'GET /Webhooks/:id/Deliveries': [webhook('/Deliveries')],
  'POST /Webhooks/:id/Deliveries/:delivery/Redeliver': [
    webhook('/Deliveries/1/Redeliver'),
    byId('delivery', (id, own) => `/Webhooks/${own}/Deliveries/${id}/Redeliver`),
  ],
  'GET /Subscriptions': [list('/Subscriptions')],
  'POST /Subscriptions': [
    byId('ended', (id) => ({
      path: '/Subscriptions',
      body: { Channel: 'Webhook', Target: 'http://127.0.0.1:9/beta', On: ['Ended'], TaskId: Number(id) },
    })),
  ],
  'GET /Subscriptions/:id': [subscription()],
  'PATCH /Subscriptions/:id': [subscription('', { Target: 'http://127.0.0.1:9/beta' })],
  'DELETE /Subscriptions/:id': [subscription()],
  'POST /Subscriptions/:id/Test': [subscription('/Test')],
  'GET /Subscriptions/:id/Deliveries': [subscription('/Deliveries')],
  'POST /Subscriptions/:id/Deliveries/:delivery/Redeliver': [subscription('/Deliveries/1/Redeliver')],

  'GET /Uploads': [list('/Uploads')],
  'POST /Uploads': [open],
  'DELETE /Uploads/:id': [
    byId('upload', (id) => `/Uploads/${id}`),
    byId('upload', (id) => `/Uploads/upload:${id}`),
  ],
  'GET /Users': [list('/Users')],
  'POST /Users': [
    byId('tenant', (DatabaseSerialNumber) => ({
      path: '/Users',
      body: { Login: 'mallory', Password: 'a password', DatabaseSerialNumber },
    })),
  ],
  'PATCH /Users/:id': [
    byId('associate', (id) => ({ path: `/Users/${id}`, body: { Password: 'a new password' } })),
    byId('associate', (id) => ({ path: `/Users/${id}`, body: { Roles: ['administrator'], Disabled: true } })),
  ],
  'POST /Users/:id/PasswordLink': [byId('associate', (id) => `/Users/${id}/PasswordLink`)],
  'GET /Administration/Audit': [list('/Administration/Audit', '/Administration/Audit?Kind=Token')],
  'GET /Tokens': [list('/Tokens')],
  'POST /Tokens': [
    byId('associate', (id) => ({ path: '/Tokens', body: { Name: 'stolen', AssociateId: Number(id) } })),
  ],
  'DELETE /Tokens/:id': [byId('token', (id) => `/Tokens/${id}`)],
  'GET /Applications': [refused('/Applications')],
  'POST /Applications': [refused('/Applications', { Name: 'of Beta' })],
  'DELETE /Applications/:id': [refused('/Applications/1')],

  'POST /Workers/Definitions': [
    refused(
      '/Workers/Definitions',
      { Definitions: [{ Name: ALPHA_WORK, Description: 'of Beta', Parameters: { required: ['x'] } }] },
      /^(?!.*of the server)/, // a sign-in without a tenant declares for all
    ),
  ],
  'DELETE /Workers/Definitions/:name': [refused(`/Workers/Definitions/${ALPHA_WORK}`)],
  'POST /Workers/Acquire': [
    list({ path: '/Workers/Acquire', body: { Worker: 'of Beta', Definitions: [ALPHA_WORK], Limit: 100 } }),
  ],
  'DELETE /Workers/Acquire': [open], // names of the caller's calls; protocol.test.ts checks the owner
  'POST /Workers/Leases/:lease/Renew': [lease('Renew', { ProgressPercent: 99 })],
  'PUT /Workers/Leases/:lease/Checkpoint': [lease('Checkpoint', { Value: 'of Beta' })],
  'POST /Workers/Leases/:lease/Log': [lease('Log', { Lines: [{ Message: 'of Beta' }] })],
  'PUT /Workers/Leases/:lease/File': [
    lease('File?Name=beta.txt', '', { 'Content-Type': 'text/plain', ...EMPTY_DIGEST }),
  ],
  'POST /Workers/Leases/:lease/Children': [lease('Children', { Children: [{ Key: 'b', Name: ALPHA_WORK }] })],
  'GET /Workers/Leases/:lease/Children': [lease('Children')],
  'POST /Workers/Leases/:lease/Wait': [lease('Wait', {})],
  'POST /Workers/Leases/:lease/Succeed': [lease('Succeed', { Result: 'of Beta' })],
  'POST /Workers/Leases/:lease/Fail': [lease('Fail', { Message: 'of Beta' })],
  'POST /Workers/Leases/:lease/Return': [lease('Return', {})],
};

describe.each(DATABASES)('what another tenant has, on %s', (kind) => {
  let server: TestServer;
  let routes: KnownRoute[];
  let tenants: TwoTenants;
  beforeAll(async () => {
    [server, routes] = await routesOf(() =>
      startTestServer(kind, { env: { BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true' } }),
    );
    tenants = await fillTwoTenants(server);
  });
  afterAll(() => server?.stop());

  /** An answer as it can be compared; what differs by itself left out. */
  const told = async (who: Intruder, method: string, { path, body, headers }: Call, id = '') => {
    const answer = await fetch(`${server.url}${who.prefix}${BASE}${path}`, {
      method,
      headers: {
        Authorization: who.api.authorization,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined || method === 'GET' || method === 'HEAD'
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const {
      date: _,
      'content-length': __,
      'x-request-id': ___,
      ...rest
    } = Object.fromEntries(answer.headers);
    const text = await answer.text();
    return { status: answer.status, headers: rest, text: withoutId(text, id) };
  };
  /** One try of one intruder. */
  const tryCall = async (route: KnownRoute, one: Try, who: Intruder): Promise<void> => {
    const what = `${who.name}: ${route.method} ${route.url}`;
    if (one.kind === 'id' && (one.by === undefined || one.by.test(who.name))) {
      const { id, unknown } = tenants.things[one.of];
      const theirs = await told(who, route.method, one.call(id, tenants.ownWebhook), id);
      const nothing = await told(who, route.method, one.call(unknown, tenants.ownWebhook), unknown);
      expect(theirs, what).toEqual(nothing);
      // Agents answer nothing at all, which is no error (contract, section 3).
      const isNothing = route.url.includes('/Agents/') && ['null', 'false', ''].includes(theirs.text);
      if (!isNothing) expect(theirs.status, `${what} ${theirs.text}`).toBeGreaterThanOrEqual(400);
      expect(theirs.status, `${what} ${theirs.text}`).toBeLessThan(500);
      expect(theirs.text, what).not.toContain(MARKER);
    } else if (one.kind === 'refused' && one.by.test(who.name)) {
      const answer = await told(who, route.method, one.call);
      expect([403, 409], `${what} ${answer.status} ${answer.text}`).toContain(answer.status);
    } else if (one.kind === 'list') {
      for (const call of one.calls) {
        const answer = await told(who, route.method, call);
        expect(answer.status, `${what} ${call.path} ${answer.text}`).toBeLessThan(500);
        expect(answer.text, `${what} ${call.path}`).not.toContain(MARKER);
      }
    }
  };
  const casesOf = ({ method, url }: KnownRoute): readonly Try[] | undefined =>
    /^(GET|HEAD)/.test(method) && url.startsWith(`${BASE}/Agents/`)
      ? [open] // it describes the call
      : ROUTES[`${method === 'HEAD' ? 'GET' : method} ${url.slice(BASE.length)}`];

  test('every route is tried, and every case has its route', () => {
    const inside = routes.filter(({ url }) => url.startsWith(BASE));
    const missing = inside.filter((route) => casesOf(route) === undefined);
    expect(missing.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
    const known = new Set(inside.map(({ method, url }) => `${method} ${url.slice(BASE.length)}`));
    expect(Object.keys(ROUTES).filter((name) => !known.has(name))).toEqual([]);
    expect(
      Object.keys(AGENT_METHODS).filter((name) => ROUTES[`POST /Agents/Batch/${name}`] === undefined),
    ).toEqual([]);
  });

  test('it is no one’s of the others: every call with its ids looks as with those of nothing, and changes nothing', async () => {
    const before = await tenants.rows();
    for (const route of routes.filter(({ url }) => url.startsWith(BASE))) {
      const calls = (casesOf(route) ?? []).flatMap((one) =>
        tenants.intruders.map((who) => tryCall(route, one, who)),
      );
      await Promise.all(calls);
    }
    expect(await tenants.rows()).toBe(before);
  });

  test('without a sign-in no call outside the API reveals it', async () => {
    for (const { method, url } of routes.filter((route) => !route.url.startsWith(BASE))) {
      const path = url.replaceAll(':id', tenants.things.held.id).replaceAll(/:\w+|\*/g, ALPHA_WORK);
      const answer = await fetch(server.url + path, { method });
      expect(await answer.text(), `${method} ${url}`).not.toContain(MARKER);
    }
  });

  test('lists of those who see everything in their tenant hold none of it, and no sum counts it', async () => {
    const { administrator } = tenants.beta;
    const id = await administrator.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
    await administrator.ended(id);
    const own = await administrator.json(
      'GET',
      '/Archive/BatchTasks?$inlineCount=True&$options=GrandTotal=true&$select=batchTaskId,name,Count(name):HideDetail,Footer',
    );
    const [row, footer, total, ...more] = own.value;
    expect([row.batchTaskId, own['odata.count'], more]).toEqual([id, 1, []]);
    for (const sums of [footer, total]) expect(sums['Count(name):HideDetail,Footer']).toBe(1);
    const none = await administrator.json(
      'GET',
      `/Archive/BatchTasks?$inlineCount=True&$filter=name eq '${ALPHA_WORK}'`,
    );
    expect([none.value, none['odata.count']]).toEqual([[], 0]);
    const bulk = { Action: 'Delete', Filter: `batchTaskId gt 0 and name eq '${ALPHA_WORK}'`, DryRun: true };
    expect(JSON.stringify(await administrator.json('POST', '/BatchTask/Bulk', bulk))).not.toMatch(/[1-9]/);
    const statistics = JSON.stringify(await administrator.json('GET', '/Statistics'));
    expect(statistics).not.toContain(ALPHA_WORK);
    expect(statistics).toContain('countdown');
  });

  test('no event stream reveals it', async () => {
    const { administrator } = tenants.beta;
    const streams = await Promise.all(
      tenants.intruders
        .filter(({ prefix }) => prefix === '')
        .map(({ api }) => EventClient.open(api, '/Events', 0)),
    );
    const byAdministrator = streams[2] as EventClient;
    const theirs = await tenants.alpha.start({ Name: ALPHA_WORK, Description: MARKER });
    const own = await administrator.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
    await byAdministrator.sees(own, 'Succeeded');
    for (const stream of streams) {
      await stream.close();
      expect(stream.moves.filter((move) => move.startsWith(`${theirs}:`))).toEqual([]);
      expect(JSON.stringify(stream.events)).not.toContain(ALPHA_WORK);
    }
  });

  test('no task of another tenant reads an upload of it', async () => {
    const results = await Promise.all(
      (['id', 'unknown'] as const).map(async (which) => {
        const file = `upload:${tenants.things.upload[which]}`;
        const id = await tenants.beta.administrator.start({
          Name: 'csv-import',
          IsSystemTask: true,
          ParameterObject: { file, table: 'stolen', columns: [{ name: 'a', type: 'text' }] },
        });
        const { State, Result } = await tenants.beta.administrator.ended(id);
        return { State, Result: withoutId(Result, tenants.things.upload[which]) };
      }),
    );
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toMatchObject({ State: 'Failed', Result: expect.stringContaining('no upload') });
  });

  test('no import writes into a table of another tenant', async () => {
    const imported = async (api: ApiClient, table: string) => {
      const answer = await api.call('POST', '/Uploads?Name=a.csv', 'a\n1\n', { 'Content-Type': 'text/csv' });
      const ParameterObject = { file: answer.body.File, table, columns: [{ name: 'a', type: 'text' }] };
      return api.ended(await api.start({ Name: 'csv-import', ParameterObject }));
    };
    expect((await imported(tenants.alpha, 'of_alpha')).State).toBe('Succeeded');
    expect((await imported(tenants.alpha, 'of_alpha')).State).toBe('Succeeded');
    const before = await tenants.rows();
    const refusal = await imported(tenants.beta.administrator, 'of_alpha');
    expect([refusal.State, refusal.Result]).toEqual(['Failed', expect.stringContaining('is taken')]);
    const ofAlpha = (rows: string): string | undefined => rows.split('\nbatchline_data.of_alpha\n')[1];
    expect(ofAlpha(await tenants.rows())).toBe(ofAlpha(before));
    expect(ofAlpha(before)).toContain('"a": "1"');
    expect((await imported(tenants.beta.administrator, 'of_beta')).State).toBe('Succeeded');
  });

  test('an export holds none of it', async () => {
    const { administrator } = tenants.beta;
    const id = await administrator.start({ Name: 'table-export', ParameterObject: {} });
    expect(await administrator.ended(id)).toMatchObject({ State: 'Succeeded' });
    const { text } = await administrator.call('GET', `/BatchTask/${id}/File`);
    expect(text).toContain('countdown');
    expect(text).not.toContain(MARKER);
    expect(text).not.toContain(ALPHA_WORK);
  });

  test('a worker of a tenant makes definitions of its own, and says again what others say', async () => {
    const { administrator } = tenants.beta;
    const worker = await administrator.withToken(['worker'], { Definitions: [ALPHA_WORK, 'beta-work'] });
    const declare = (Name: string, more: object = {}) =>
      worker.call('POST', '/Workers/Definitions', {
        Definitions: [{ Name, Description: 'For tests', LeaseSeconds: 3600, ...more }],
      });
    expect((await declare('beta-work')).status).toBe(200);
    expect((await declare('beta-work', { Description: 'Better' })).status).toBe(200);
    expect((await declare(ALPHA_WORK)).status).toBe(200);
    expect((await declare(ALPHA_WORK.toUpperCase(), { Description: 'Better' })).status).toBe(409);
    const changed = await declare(ALPHA_WORK, { Description: 'Better' });
    expect([changed.status, changed.body.Message]).toEqual([
      409,
      expect.stringContaining('outside your tenant'),
    ]);
  });
});

/** A text with `#` for the id as a whole word. */
function withoutId(text: string, id: string): string {
  return id === '' ? text : text.replaceAll(new RegExp(`(?<![\\w.])${id}(?!\\w)`, 'g'), '#');
}
