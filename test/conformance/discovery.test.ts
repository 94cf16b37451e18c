import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KnownRoute, routesOf } from '../support/route-table.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { expectError } from './helpers.ts';

// The first section of the contract: discovery; and the statuses 405 and 406 of its section 4.

/** Calls that need no sign-in, with the status of a call without a body. */
const WITHOUT_SIGN_IN = new Map([
  ['GET /Texts', 200],
  ['GET /SignIn/Methods', 200],
  ['POST /SignIn', 400],
  ['POST /SignIn/Password', 400],
]);

const ORDER = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

let server: TestServer;
let app: FastifyInstance;
let routes: KnownRoute[];
/** The methods of each path. */
const paths = new Map<string, Set<string>>();

beforeAll(async () => {
  [server, routes, app] = await routesOf(() => startTestServer('embedded'));
  for (const { method, url } of routes) paths.set(url, (paths.get(url) ?? new Set(['OPTIONS'])).add(method));
});
afterAll(() => server?.stop());

/** The path of a route with its parameters filled in; other routes may match it too. */
const pathOf = (url: string): string => url.replace(':lease', '1.1').replaceAll(/:\w+|\*/g, '1');

const authorization = () => ({ authorization: server.admin.authorization });

describe('discovery', () => {
  const versionsAt = (base: string) => ({
    v1: `${base}/api/v1`,
    Version: 'v1',
    NetServerVersion: expect.any(String),
    NetServerAssembly: expect.any(String),
    NetServerDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    NetServerLabel: expect.any(String),
    NetServer: expect.any(String),
    Services: expect.any(String),
    ServicesCurrent: expect.any(String),
  });

  test.each(['', '/Cust12345'])(
    'GET %s/api has the versions, as JSON when that is asked for',
    async (customer) => {
      const base = server.url + customer;
      for (const Accept of ['application/json', 'text/json', 'application/json;q=0.9, text/html;q=0.1']) {
        const response = await fetch(`${base}/api`, { headers: { Accept } });
        expect(await response.json()).toEqual(versionsAt(base));
      }
      for (const Accept of ['*/*', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8']) {
        const response = await fetch(`${base}/api`, { headers: { Accept } });
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(await response.text()).toContain(`<a href="${base}/api/v1">`);
      }
    },
  );

  test('section 6a: GET /api/state/{customer} has the address of the customer', async () => {
    const response = await fetch(`${server.url}/api/state/Cust12345`);
    const state = (await response.json()) as { ValidUntil: string };
    expect(state).toEqual({
      ContextIdentifier: 'Cust12345',
      Endpoint: `${server.url}/Cust12345/`,
      State: 'Running',
      IsRunning: true,
      ValidUntil: expect.any(String),
    });
    expect(Date.parse(state.ValidUntil)).toBeGreaterThan(Date.now());
  });

  test('section 6a: the address of another customer is 404, with the reason', async () => {
    const inTenant = await server.associate('anna', { tenant: 'Cust1' });
    const own = await inTenant.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    const call = async (customer: string, path: string, who = inTenant) => {
      const response = await fetch(`${server.url}/${customer}/api/v1${path}`, {
        headers: { Authorization: who.authorization },
      });
      return {
        status: response.status,
        body: (await response.json()) as { ErrorType: string; Message: string },
      };
    };
    expect((await call('cust1', `/BatchTask/${own}`)).status).toBe(200);
    for (const path of [`/BatchTask/${own}`, '/BatchTask/All', '/Definitions']) {
      const { status, body } = await call('Cust2', path);
      expect([status, body.ErrorType]).toEqual([404, 'SoNotFoundException']);
      expect(body.Message).toMatch(
        /The URL names the customer "Cust2", but these credentials are for "Cust1"/,
      );
    }
    // A sign-in that is bound to no tenant is narrowed to the one that the address names.
    const { status, body } = await call('Cust2', `/BatchTask/${own}`, server.admin);
    expect([status, body.Message]).toEqual([404, expect.stringContaining('names the customer "Cust2"')]);
  });

  test('GET /api/v1 maps each call to its methods, and each one is there', async () => {
    const response = await fetch(`${server.url}/API/v1/`);
    const calls = (await response.json()) as Record<string, Record<string, string>>;
    const base = `${server.url}/api/v1`;
    expect(calls[`${base}/BatchTask/{id}`]).toEqual({
      GET: expect.any(String),
      PUT: expect.any(String),
      PATCH: expect.any(String),
      DELETE: expect.any(String),
    });
    expect(Object.keys(calls)).toContain(`${base}/Agents/Batch/GetSystemBatchTaskInfosByNameAndState`);
    for (const [url, methods] of Object.entries(calls)) {
      for (const [method, line] of Object.entries(methods)) {
        expect(line).not.toBe('');
        // Without a sign-in a call that is there asks for one; what is not there is 404.
        const { status } = await fetch(url.replace('{id}', '1'), { method });
        const expected = WITHOUT_SIGN_IN.get(`${method} ${url.slice(base.length)}`) ?? 401;
        expect({ url, method, status }).toEqual({ url, method, status: expected });
      }
    }
  });
});

describe('GET of an agent call describes the call and never runs it', () => {
  test('for every call of every agent, and no task is started, changed or deleted', async () => {
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '600' } });
    await server.admin.until(id, (task) => task.State === 'Started');
    const agentCalls = routes.filter(({ method, url }) => method === 'POST' && url.includes('/Agents/'));
    expect(agentCalls.length).toBeGreaterThanOrEqual(15);
    for (const { url } of agentCalls) {
      const [, , , , agent, method] = url.split('/');
      const query = `?Id=${id}&BatchTaskId=${id}&BatchTaskIds=${id}&Name=countdown`;
      const { status, body } = await server.admin.call('GET', `${url.slice('/api/v1'.length)}${query}`);
      expect({ url, status, body }).toEqual({
        url,
        status: 200,
        body: {
          Agent: agent,
          Method: method,
          Summary: expect.stringMatching(/\.$/),
          Description: expect.any(String),
          Url: server.url + url,
          Arguments: expect.any(Array),
          Returns: expect.stringMatching(/./),
        },
      });
    }
    expect((await server.admin.task(id)).State).toBe('Started');
    expect(await server.admin.json('GET', '/BatchTask/All')).toHaveLength(1);
    await server.admin.call('POST', `/BatchTask/${id}/Stop`);
  });

  test('with the names and types of its arguments and answer', async () => {
    const described = async (method: string) => {
      const { body } = await server.admin.call('GET', `/Agents/Batch/${method}`);
      return [
        body.Arguments.map((one: { Name: string; Type: string }) => `${one.Name}: ${one.Type}`),
        body.Returns,
      ];
    };
    expect(await described('GetBatchTaskInfosByAssociatesAndState')).toEqual([
      ['AssociateIds: int32[]', 'State: BatchTaskState'],
      expect.stringContaining('BatchTaskInfo'),
    ]);
    expect(await described('StopBatchJob')).toEqual([['Id: int32'], 'boolean']);
    expect(await described('DeleteBatchTask')).toEqual([['BatchTaskId: int32'], 'void']);
  });
});

describe('every known path', () => {
  test('answers OPTIONS with the methods that it has', async () => {
    for (const [url, methods] of paths) {
      const { statusCode, headers, body } = await app.inject({ method: 'OPTIONS', url: pathOf(url) });
      const allowed = String(headers.allow).split(', ');
      expect({ url, statusCode, body }).toEqual({ url, statusCode: 204, body: '' });
      expect(allowed).toEqual(ORDER.filter((one) => allowed.includes(one)));
      expect(allowed, url).toEqual(expect.arrayContaining([...methods]));
    }
  });

  test('refuses any other method with 405 and Allow', async () => {
    for (const url of paths.keys()) {
      const { headers } = await app.inject({ method: 'OPTIONS', url: pathOf(url) });
      const allowed = String(headers.allow);
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'] as const) {
        if (allowed.split(', ').includes(method)) continue;
        const answer = await app.inject({
          method: method as 'GET',
          url: pathOf(url),
          headers: authorization(),
        });
        expect({ url, method, status: answer.statusCode, allow: answer.headers.allow }).toEqual({
          url,
          method,
          status: 405,
          allow: allowed,
        });
        if (method !== 'HEAD') expect(answer.json()).toMatchObject({ ErrorType: 'HttpException' });
      }
    }
  });

  test.each(['/api/v1/batchtask/5/', '/Cust12345/api/v1/BatchTask/5', '/api/v1/Batch%54ask/5?a=b'])(
    'in any spelling: %s',
    async (path) => {
      const response = await fetch(server.url + path, { method: 'OPTIONS' });
      expect([response.status, response.headers.get('allow')]).toEqual([
        204,
        'GET, HEAD, PUT, PATCH, DELETE, OPTIONS',
      ]);
    },
  );

  test('answers HEAD as GET, without the body', async () => {
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await server.admin.ended(id);
    for (const path of [
      `/BatchTask/${id}`,
      '/BatchTask/All',
      '/BatchTask/2147483647',
      '/Agents/Batch/StopBatchJob',
    ]) {
      const asked = (method: string) =>
        fetch(`${server.url}/api/v1${path}`, {
          method,
          headers: { Authorization: server.admin.authorization, 'Accept-Encoding': 'identity' },
        });
      const [get, head] = [await asked('GET'), await asked('HEAD')];
      expect([head.status, await head.text()]).toEqual([get.status, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'last-modified'])
        expect([path, name, head.headers.get(name)]).toEqual([path, name, get.headers.get(name)]);
    }
  });
});

test('an unknown path is 404, regardless of method and Accept', async () => {
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const answer = await server.admin.call(method, '/Agents/Batch/GetBatchTaskInfos', undefined, {
      Accept: 'image/png',
    });
    expectError(answer, 404, 'SoNotFoundException', `${method} /api/v1/Agents/Batch/GetBatchTaskInfos`);
  }
});
