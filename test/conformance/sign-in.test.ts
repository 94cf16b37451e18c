import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';
import { ADMIN } from '../support/associates.ts';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../support/test-server.ts';
import { errorCarrier } from './helpers.ts';
import { BatchAgent } from './webapi.ts';

type Headers_ = Record<string, string>;

/** An answer with its body read. */
interface Read {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  readonly body: any;
}

const UNAUTHENTICATED = 'SoUnauthorizedException';
const FORBIDDEN = 'SoSentryException';

describe.each(DATABASES)('the ways to sign in on %s', (kind) => {
  let place: Place;
  let server: TestServer;
  let issuer: OidcIssuer;
  let url: string;
  beforeAll(async () => {
    issuer = await startOidcIssuer();
    place = await createPlace(kind);
    server = await startTestServer(kind, {
      place,
      env: {
        BATCHLINE_SIGN_IN_FAILURES: '3',
        BATCHLINE_TRUST_PROXY: '127.0.0.1',
        BATCHLINE_TICKET_MINUTES: '360',
        BATCHLINE_OIDC_ISSUER: issuer.url,
        BATCHLINE_OIDC_AUDIENCE: 'batchline',
        BATCHLINE_OIDC_CREATE: 'true',
        BATCHLINE_OIDC_ROLES_CLAIM: 'roles',
      },
    });
    url = server.url;
  });
  afterAll(async () => {
    await server?.stop();
    await issuer?.stop();
    await place?.remove();
  });

  const call = async (
    method: string,
    path: string,
    headers: Headers_ = {},
    body?: unknown,
  ): Promise<Read> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  const credentials = { Login: ADMIN.login, Password: ADMIN.password };
  const signIn = (more: object = {}, headers: Headers_ = {}) =>
    call('POST', '/SignIn', headers, { ...credentials, ...more });
  const ticket = async (): Promise<Headers_> => ({
    Authorization: `SoTicket ${(await signIn()).body.Ticket}`,
  });
  const basic = (login: string, password: string): Headers_ => ({
    Authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
  });
  /** The cookies of an answer as a browser sends them. */
  const cookiesOf = ({ headers }: Read): string =>
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
  const session = async (): Promise<{ cookies: string; xsrf: string }> => {
    const answer = await signIn({ Cookie: true });
    return { cookies: cookiesOf(answer), xsrf: answer.body.XsrfToken };
  };
  const expectError = (answer: Read, status: number, type: string): void =>
    expect({ status: answer.status, body: answer.body }).toEqual({
      status,
      body: errorCarrier(answer, type),
    });
  /** Clears the server's sign-in cache: revoking any token does. */
  const forget = async (): Promise<void> => {
    const { Id } = await server.admin.json('POST', '/Tokens', { Name: 'forget' });
    await server.admin.json('DELETE', `/Tokens/${Id}`);
  };

  describe('SoTicket', () => {
    test("is issued for a login and a password, with the user's data", async () => {
      const answer = await signIn();
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.getSetCookie()).toEqual([]);
      const who = {
        AssociateId: server.admin.associateId,
        Login: 'admin',
        Name: 'Administrator',
        Roles: ['administrator'],
        Tenant: null,
        Scopes: ['read', 'write', 'admin', 'worker'],
      };
      expect(answer.body).toEqual({
        Ticket: expect.stringMatching(/^7T:[\w-]{43}$/),
        Expires: expect.any(String),
        ...who,
      });
      for (const scheme of ['SoTicket', 'soticket', 'SOTICKET']) {
        const me = await call('GET', '/SignIn', { Authorization: `${scheme} ${answer.body.Ticket}` });
        expect(me).toMatchObject({ status: 200, body: who });
      }
    });

    test('serves the official client', async () => {
      const batch = new BatchAgent({ baseUrl: `${url}/api`, axiosConfig: { headers: await ticket() } });
      const id = await batch.startBatchJobAsync({
        name: 'countdown',
        parameterObject: { seconds: '60' },
      } as never);
      expect((await batch.getBatchTaskInfoAsync(id)).associateId).toBe(server.admin.associateId);
      expect(await batch.stopBatchJobAsync(id)).toBe(true);
    });

    test('is kept as a hash alone', async () => {
      const { Authorization = '' } = await ticket();
      const { rows } = await sql`select * from batchline.sign_in`.execute(server.database.sql);
      expect(JSON.stringify(rows)).not.toContain(Authorization.slice('SoTicket 7T:'.length));
    });

    test('ends when it was not used for long, and its use moves that on, but not past its last end', async () => {
      const headers = await ticket();
      const minutesLeft = async (): Promise<number> => {
        const { rows } = await sql<{
          left: number;
        }>`select extract(epoch from expires - now())::float8 / 60 as left
          from batchline.sign_in order by id desc limit 1`.execute(server.database.sql);
        return rows[0]?.left ?? 0;
      };
      const set = (what: string) =>
        sql
          .raw(`update batchline.sign_in set ${what}
        where id = (select max(id) from batchline.sign_in)`)
          .execute(server.database.sql);
      const use = async (): Promise<number> => {
        await forget();
        return (await call('GET', '/SignIn', headers)).status;
      };
      await set("expires = now() + interval '350 minutes'");
      expect(await use()).toBe(200);
      expect(await minutesLeft()).toBeLessThan(351);
      await set("expires = now() + interval '10 minutes'");
      expect(await use()).toBe(200);
      expect(await minutesLeft()).toBeGreaterThan(350);
      await set("expires = now() + interval '10 minutes', ends = now() + interval '20 minutes'");
      expect(await use()).toBe(200);
      expect(await minutesLeft()).toBeLessThan(21);
      await set("expires = now() - interval '1 second'");
      expect(await use()).toBe(401);
    });

    test('is over after signing out, at once, and the others are not', async () => {
      const [one, other] = [await ticket(), await ticket()];
      expect((await call('DELETE', '/SignIn', one)).status).toBe(204);
      expectError(await call('GET', '/SignIn', one), 401, UNAUTHENTICATED);
      expect((await call('GET', '/SignIn', other)).status).toBe(200);
    });

    test('ends with a new password and when its associate is disabled', async () => {
      const anna = await server.associate('anna');
      const annas = async (password: string): Promise<Headers_> => {
        const { body } = await call('POST', '/SignIn', {}, { Login: 'Anna', Password: password });
        return { Authorization: `SoTicket ${body.Ticket}` };
      };
      const before = await annas('password of anna');
      await server.admin.json('PATCH', `/Users/${anna.associateId}`, { Password: 'another one' });
      expectError(await call('GET', '/SignIn', before), 401, UNAUTHENTICATED);
      const after = await annas('another one');
      expect((await call('GET', '/SignIn', after)).status).toBe(200);
      await server.admin.json('PATCH', `/Users/${anna.associateId}`, { Disabled: true });
      expectError(await call('GET', '/SignIn', after), 401, UNAUTHENTICATED);
      await server.admin.json('PATCH', `/Users/${anna.associateId}`, { Disabled: false });
      expectError(await call('GET', '/SignIn', after), 401, UNAUTHENTICATED);
    });

    test('a link of an administrator sets a forgotten password, once', async () => {
      const bea = await server.associate('bea');
      const link = () => server.admin.json('POST', `/Users/${bea.associateId}/PasswordLink`, {});
      const secretOf = ({ Url }: { Url: string }): string => Url.slice(`${server.url}/password#`.length);
      const set = (Link: string, Password = 'chosen by bea') =>
        call('POST', '/SignIn/Password', {}, { Link, Password });
      const first = secretOf(await link());
      const second = await link();
      expect(second).toEqual({
        Url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/password#[\w-]{43}$/),
        Expires: expect.any(String),
      });
      const secret = secretOf(second);
      const { body: before } = await signIn({ Login: 'bea', Password: 'password of bea' });
      expect((await set(first)).status, 'replaced').toBe(410);
      expect((await set('invented')).status).toBe(410);
      expect((await set(secret, 'short')).status).toBe(400);
      const crossSite = { 'Sec-Fetch-Site': 'cross-site' };
      const body = { Link: secret, Password: 'chosen by evil' };
      expect((await call('POST', '/SignIn/Password', crossSite, body)).status).toBe(403);
      expect(await set(secret)).toMatchObject({ status: 200, body: { Login: 'bea' } });
      expect((await set(secret)).status, 'used').toBe(410);
      const old = { Authorization: `SoTicket ${before.Ticket}` };
      expectError(await call('GET', '/SignIn', old), 401, UNAUTHENTICATED);
      expect((await signIn({ Login: 'bea', Password: 'chosen by bea' })).status).toBe(200);

      const late = secretOf(await link());
      await sql`update batchline.password_link set expires = now()`.execute(server.database.sql);
      expect((await set(late)).status, 'expired').toBe(410);
      const unused = secretOf(await link());
      await server.admin.json('PATCH', `/Users/${bea.associateId}`, { Disabled: true });
      expect((await set(unused)).status, 'disabled').toBe(410);
      const path = `/Users/${bea.associateId}/PasswordLink`;
      expectError(await server.admin.call('POST', path, {}), 409, 'SoConflictException');
      const carl = await server.associate('carl');
      expectError(await carl.call('POST', path, {}), 403, FORBIDDEN);
    });

    test('last sign-ins of associates and last uses of tokens are shown', async () => {
      const dan = await server.associate('dan');
      const { Id, Token, LastUsed } = await server.admin.json('POST', '/Tokens', {
        Name: 'of dan',
        AssociateId: dan.associateId,
      });
      expect(LastUsed).toBeNull();
      const userOf = async () =>
        (await server.admin.json('GET', '/Users')).find((one: { Login: string }) => one.Login === 'dan');
      const tokenOf = async () =>
        (await server.admin.json('GET', '/Tokens')).find((one: { Id: number }) => one.Id === Id);
      const forget = () =>
        sql`update batchline.associate set last_sign_in = null, last_sign_in_by = null`.execute(
          server.database.sql,
        );
      await forget();
      expect(await userOf()).toMatchObject({ LastSignIn: null, LastSignInBy: null });
      await call('GET', '/SignIn', { Authorization: `Bearer ${Token}` });
      const { LastUsed: used } = await tokenOf();
      expect(used).toEqual(expect.any(String));
      expect(await userOf(), 'a token is no sign-in').toMatchObject({ LastSignIn: null });
      await signIn({ Login: 'dan', Password: 'password of dan' });
      expect(await userOf()).toMatchObject({ LastSignIn: expect.any(String), LastSignInBy: 'password' });
      await forget();
      await call('GET', '/BatchTask/My', { Authorization: `Basic ${btoa('dan:password of dan')}` });
      expect(await userOf()).toMatchObject({ LastSignInBy: 'basic' });
      // Within a minute, nothing is written.
      await call('POST', '/SignIn', {}, { Login: 'dan', Password: 'password of dan' });
      expect(await userOf()).toMatchObject({ LastSignInBy: 'basic' });
    });

    test('an invalid sign-in is refused, with the same error for every cause', async () => {
      for (const body of [
        {},
        { Login: 'admin' },
        { Login: 7, Password: 'x' },
        { ...credentials, Cookie: 'yes' },
        [],
      ])
        expectError(await call('POST', '/SignIn', {}, body), 400, 'ArgumentException');
      const wrong = [{ Password: 'wrong' }, { Login: 'nobody' }, { Login: 'a\0b' }];
      const answers = await Promise.all(wrong.map((one) => signIn(one)));
      for (const answer of answers) expectError(answer, 401, UNAUTHENTICATED);
      expect(new Set(answers.map(({ body }) => body.Message)).size).toBe(1);
      expect(JSON.stringify(answers)).not.toContain(ADMIN.password);
      // A session's secret is no ticket, and the other way round.
      const { cookies } = await session();
      const secret = /BatchlineSession=([\w-]+)/.exec(cookies)?.[1];
      expect((await call('GET', '/SignIn', { Authorization: `SoTicket ${secret}` })).status).toBe(401);
      const { Authorization = '' } = await ticket();
      const asCookie = { Cookie: `BatchlineSession=${Authorization.slice('SoTicket '.length)}` };
      expect((await call('GET', '/SignIn', asCookie)).status).toBe(401);
    });

    test('there is nothing to sign out of with a password or a token', async () => {
      const headers = { Authorization: server.admin.authorization };
      expectError(await call('DELETE', '/SignIn', headers), 400, 'ArgumentException');
    });
  });

  describe('a cookie session', () => {
    test('is set so that scripts and other sites can not use it', async () => {
      const answer = await signIn({ Cookie: true });
      expect(answer.body).not.toHaveProperty('Ticket');
      const [first = '', second = ''] = answer.headers.getSetCookie();
      expect(first).toMatch(/^BatchlineSession=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
      expect(second).toMatch(/^XSRF-TOKEN=[\w-]{43}; Path=\/; SameSite=Strict$/);
      expect(second).toContain(answer.body.XsrfToken);
      const https = await signIn({ Cookie: true }, { 'X-Forwarded-Proto': 'https' });
      for (const cookie of https.headers.getSetCookie()) expect(cookie).toContain('; Secure');
    });

    test('section 5: every call needs X-XSRF-TOKEN; 401 without, 403 with a wrong one', async () => {
      const [{ cookies, xsrf }, other] = [await session(), await session()];
      const me = await call('GET', '/SignIn', { Cookie: cookies });
      expect(me).toMatchObject({ status: 200, body: { Login: 'admin', XsrfToken: xsrf } });
      const get = (path: string, headers: Record<string, string>) =>
        call('GET', path, { Cookie: cookies, ...headers });
      for (const path of [
        '/BatchTask/All',
        '/BatchTask/1',
        '/BatchTask',
        '/Definitions',
        '/Events?After=0',
      ]) {
        expectError(await get(path, {}), 401, UNAUTHENTICATED);
        expectError(await get(path, { 'X-XSRF-TOKEN': other.xsrf }), 403, FORBIDDEN);
        expect([200, 404]).toContain((await get(path, { 'X-XSRF-TOKEN': xsrf })).status);
      }
      // Browsers open event streams and downloads without a script's headers: their own header proves the site.
      for (const path of ['/BatchTask/1/File', '/Events?After=0'])
        for (const [site, status] of [
          ['same-origin', path.endsWith('File') ? 404 : 200],
          ['same-site', 401],
          ['cross-site', 401],
        ] as const)
          expect([path, site, (await get(path, { 'Sec-Fetch-Site': site })).status]).toEqual([
            path,
            site,
            status,
          ]);
      expectError(await get('/BatchTask/All', { 'Sec-Fetch-Site': 'same-origin' }), 401, UNAUTHENTICATED);
      const paths = ['/BatchTask', '/Agents/Batch/StartBatchJob', '/Agents/Batch/GetBatchTaskInfosByState'];
      const refused: Headers_[] = [
        {},
        { 'X-XSRF-TOKEN': '' },
        { 'X-XSRF-TOKEN': 'wrong' },
        { 'X-XSRF-TOKEN': `${xsrf.slice(0, -1)}${xsrf.endsWith('A') ? 'E' : 'A'}` },
        { 'X-XSRF-TOKEN': `${xsrf}A` },
        { 'X-XSRF-TOKEN': other.xsrf },
        // Double submit alone is not enough: another site of the same domain may set cookies.
        { 'X-XSRF-TOKEN': 'x', Cookie: `${cookies.split(';')[0]}; XSRF-TOKEN=x` },
        { 'X-XSRF-TOKEN': other.xsrf, Cookie: `${cookies.split(';')[0]}; XSRF-TOKEN=${other.xsrf}` },
        { 'X-XSRF-TOKEN': xsrf, Cookie: `${cookies.split(';')[0]}; XSRF-TOKEN=${other.xsrf}` },
      ];
      const start = { Name: 'countdown', State: 'New', ParameterObject: { seconds: '0' } };
      for (const path of paths) {
        for (const headers of refused) {
          const answer = await call('POST', path, { Cookie: cookies, ...headers }, start);
          if ('X-XSRF-TOKEN' in headers) expectError(answer, 403, FORBIDDEN);
          else expectError(answer, 401, UNAUTHENTICATED);
        }
        const allowed = await call('POST', path, { Cookie: cookies, 'X-XSRF-TOKEN': xsrf }, start);
        expect(allowed.status).toBe(200);
      }
      for (const [method, path] of [
        ['PUT', '/BatchTask/1'],
        ['DELETE', '/BatchTask/1'],
        ['PATCH', '/Users/1'],
      ] as const)
        expectError(await call(method, path, { Cookie: cookies }, {}), 401, UNAUTHENTICATED);
    });

    test('serves the official client with the token in its header', async () => {
      const { cookies, xsrf } = await session();
      const headers = { Cookie: cookies, 'X-XSRF-TOKEN': xsrf };
      const batch = new BatchAgent({ baseUrl: `${url}/api`, axiosConfig: { headers } });
      expect(
        await batch.startBatchJobAsync({ name: 'countdown', parameterObject: { seconds: '0' } } as never),
      ).toBeGreaterThan(0);
      const without = new BatchAgent({
        baseUrl: `${url}/api`,
        axiosConfig: { headers: { Cookie: cookies } },
      });
      await expect(without.getBatchTaskInfoAsync(1)).rejects.toThrow();
    });

    test('is over after signing out, which needs the token too, and takes the cookies away', async () => {
      const { cookies, xsrf } = await session();
      expectError(await call('DELETE', '/SignIn', { Cookie: cookies }), 401, UNAUTHENTICATED);
      const out = await call('DELETE', '/SignIn', { Cookie: cookies, 'X-XSRF-TOKEN': xsrf });
      expect(out.status).toBe(204);
      for (const cookie of out.headers.getSetCookie())
        expect(cookie).toMatch(/=; Max-Age=0; .*Expires=Thu, 01 Jan 1970/);
      expect(out.headers.getSetCookie()).toHaveLength(2);
      expectError(await call('GET', '/SignIn', { Cookie: cookies }), 401, UNAUTHENTICATED);
    });

    test('signing in again in the same browser ends the session before', async () => {
      const before = await session();
      const answer = await signIn({ Cookie: true }, { Cookie: before.cookies });
      expect(cookiesOf(answer)).not.toBe(before.cookies);
      await forget();
      expect((await call('GET', '/SignIn', { Cookie: before.cookies })).status).toBe(401);
      expect((await call('GET', '/SignIn', { Cookie: cookiesOf(answer) })).status).toBe(200);
    });

    test('the header Authorization goes before the cookie, and needs no token', async () => {
      const { cookies } = await session();
      const headers = { Cookie: cookies, ...(await ticket()) };
      const start = { Name: 'countdown', ParameterObject: { seconds: '0' } };
      expect((await call('POST', '/BatchTask', headers, start)).status).toBe(200);
      const wrong = { Cookie: cookies, Authorization: 'SoTicket 7T:wrong' };
      expectError(await call('GET', '/SignIn', wrong), 401, UNAUTHENTICATED);
    });

    test("what another site's form sends by a browser is refused, with a password that it remembers as well", async () => {
      const form = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
      const headers = { Authorization: server.admin.authorization, ...form };
      // fetch has a mode of its own, so that the app is asked without it.
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const all = { ...headers, 'Content-Type': 'application/json' };
        const sent = request(`${url}/api/v1/BatchTask`, { method: 'POST', headers: all }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.once('error', reject);
        sent.end('{"Name":"countdown"}');
      });
      expect(status).toBe(403);
    });
  });

  describe('an application', () => {
    const add = async (body: object): Promise<{ Id: number; AppToken: string }> =>
      server.admin.json('POST', '/Applications', body);

    test('is registered and removed by administrators, and its token shown once', async () => {
      const { Id, AppToken } = await add({ Name: 'partner' });
      expect(AppToken).toMatch(/^[\w-]{43}$/);
      const list = await server.admin.call('GET', '/Applications');
      expect(list.body).toContainEqual({ Id, Name: 'partner', Scopes: null, Created: expect.any(String) });
      expect(list.text).not.toContain(AppToken);
      const plain = await server.admin.withToken(['read', 'write']);
      for (const [method, path, body] of [
        ['GET', '/Applications', undefined],
        ['POST', '/Applications', { Name: 'x' }],
        ['DELETE', `/Applications/${Id}`, undefined],
      ] as const)
        expect((await plain.call(method, path, body)).status).toBe(403);
      for (const body of [
        {},
        { Name: '' },
        { Name: 'a\0b' },
        { Name: 'x', Scopes: ['all'] },
        { Name: 'x', Scopes: [] },
      ])
        expect((await server.admin.call('POST', '/Applications', body)).status).toBe(400);
      expect((await server.admin.call('DELETE', `/Applications/${Id}`)).status).toBe(204);
      expect((await server.admin.call('DELETE', `/Applications/${Id}`)).status).toBe(404);
    });

    test('a wrong token is 401 with right credentials, and looks as wrong credentials with a right one', async () => {
      const { Id, AppToken } = await add({ Name: 'checked' });
      const right = await ticket();
      const withToken = (authorization: Headers_, token: string) =>
        call('GET', '/SignIn', { ...authorization, 'SO-AppToken': token });
      expect((await withToken(right, AppToken)).status).toBe(200);
      const wrong = [
        await withToken(right, 'wrong'),
        await withToken({ Authorization: 'SoTicket 7T:wrong' }, AppToken),
        await withToken({ Authorization: 'SoTicket 7T:wrong' }, 'wrong'),
        await signIn({}, { 'SO-AppToken': 'wrong' }),
      ];
      for (const answer of wrong) expectError(answer, 401, UNAUTHENTICATED);
      expect(new Set(wrong.map(({ body }) => body.Message)).size).toBe(1);
      await server.admin.json('DELETE', `/Applications/${Id}`);
      expectError(await withToken(right, AppToken), 401, UNAUTHENTICATED);
      expect((await call('GET', '/SignIn', right)).status).toBe(200);
    });

    test("limits its calls to its scopes, and extends no one's rights", async () => {
      const { AppToken } = await add({ Name: 'reader', Scopes: ['read', 'admin'] });
      const limited = { ...(await ticket()), 'SO-AppToken': AppToken };
      expect((await call('GET', '/SignIn', limited)).body.Scopes).toEqual(['read', 'admin']);
      expectError(await call('POST', '/BatchTask', limited, { Name: 'countdown' }), 403, FORBIDDEN);
      const reader = await server.admin.withToken(['read']);
      const both = { Authorization: reader.authorization, 'SO-AppToken': AppToken };
      expect((await call('GET', '/SignIn', both)).body.Scopes).toEqual(['read']);
      const writer = await server.admin.withToken(['write']);
      const neither = { Authorization: writer.authorization, 'SO-AppToken': AppToken };
      expectError(await call('GET', '/BatchTask/All', neither), 403, FORBIDDEN);
    });
  });

  describe('JWTs', () => {
    test("sign in over HTTP, in addition to the server's own tokens", async () => {
      const bearer = async (claims: object): Promise<Headers_> => ({
        Authorization: `Bearer ${await issuer.token({ ...claims })}`,
      });
      const me = await call(
        'GET',
        '/SignIn',
        await bearer({ preferred_username: 'jane', name: 'Jane', roles: ['viewer'] }),
      );
      expect(me).toMatchObject({ status: 200, body: { Login: 'jane', Name: 'Jane', Roles: ['viewer'] } });
      const own = await server.admin.withToken(['read']);
      expect((await own.call('GET', '/SignIn')).status).toBe(200);
      const wrong = await call('GET', '/SignIn', await bearer({ preferred_username: 'jane', aud: 'other' }));
      expectError(wrong, 401, UNAUTHENTICATED);
      expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
      // Associates created from JWTs have no password, not even an empty one.
      expectError(await call('GET', '/SignIn', basic('jane', '')), 401, UNAUTHENTICATED);
    });
  });

  describe('failures', () => {
    const from = (address: string, headers: Headers_): Headers_ => ({
      'X-Forwarded-For': address,
      ...headers,
    });

    /** Tries wrong passwords until the wait is long enough to look into it. */
    const failUntilWaiting = async (login: string, address: string, seconds: number): Promise<Read> => {
      for (let n = 0; ; n += 1) {
        const answer = await call('GET', '/SignIn', from(address, basic(login, `wrong ${n}`)));
        if (Number(answer.headers.get('retry-after')) >= seconds) return answer;
        if (n < 3) expectError(answer, 401, UNAUTHENTICATED);
        await delay(50);
      }
    };

    test('have to wait: 429 with Retry-After, the right password is no exception', async () => {
      const waiting = await failUntilWaiting(ADMIN.login, '192.0.2.1', 4);
      expectError(waiting, 429, 'SoBusyException');
      expect(waiting.body.Message).toMatch(/^Too many failed sign-ins; try again in 4 seconds\.$/);
      const right = basic(ADMIN.login, ADMIN.password);
      expectError(await call('GET', '/SignIn', from('192.0.2.1', right)), 429, 'SoBusyException');
      const form = await call('POST', '/SignIn', from('192.0.2.1', {}), credentials);
      expectError(form, 429, 'SoBusyException');
    });

    test('for a login that is not there look the same', async () => {
      const waiting = await failUntilWaiting('nobody', '192.0.2.2', 1);
      expectError(waiting, 429, 'SoBusyException');
    });

    test('of others lock no one out', async () => {
      expect(
        (await call('GET', '/SignIn', from('192.0.2.9', basic(ADMIN.login, ADMIN.password)))).status,
      ).toBe(200);
      const bearer = { Authorization: (await server.admin.withToken(['read'])).authorization };
      expect((await call('GET', '/SignIn', from('192.0.2.1', bearer))).status).toBe(200);
      expect((await call('GET', '/SignIn', from('192.0.2.1', await ticket()))).status).toBe(200);
    });

    test('of tokens from one address have to wait in the end, the ones that are known do not', async () => {
      const known = await ticket();
      expect((await call('GET', '/SignIn', from('192.0.2.3', known))).status).toBe(200);
      const statuses: number[] = [];
      for (let n = 0; n < 62; n += 1) {
        const headers = from('192.0.2.3', { Authorization: `Bearer 8A:x.${n}` });
        statuses.push((await call('GET', '/SignIn', headers)).status);
      }
      expect(statuses.slice(0, 60)).toEqual(Array(60).fill(401));
      expect(statuses.slice(60)).toContain(429);
      await forget();
      expect((await call('GET', '/SignIn', from('192.0.2.3', known))).status).toBe(200);
      expect((await call('GET', '/SignIn', from('192.0.2.3', await ticket()))).status).toBe(200);
    });
  });

  test('a 401 lists the schemes, and leaves Basic out for scripts, so that browsers show no window', async () => {
    expect((await call('GET', '/SignIn')).headers.get('www-authenticate')).toBe(
      'Basic realm="Batchline", charset="UTF-8", Bearer realm="Batchline", SoTicket realm="Batchline", Cookie realm="Batchline"',
    );
    const byScript = await call('GET', '/SignIn', { 'X-Requested-With': 'XMLHttpRequest' });
    expect(byScript.headers.get('www-authenticate')).not.toContain('Basic');
  });

  test('another process on the same database, with other settings: sign-ins count there, what is off is off', async () => {
    const { cookies, xsrf } = await session();
    const old = await ticket();
    const password = { Authorization: server.admin.authorization };
    const { AppToken } = await server.admin.json('POST', '/Applications', { Name: 'the only one' });
    // The embedded database has one process at a time: there it is a restart.
    if (kind === 'embedded') await server.stop();
    const env = {
      BATCHLINE_SIGN_IN: 'jwt,ticket,cookie',
      BATCHLINE_REQUIRE_APP_TOKEN: 'true',
      BATCHLINE_OIDC_ISSUER: issuer.url,
      BATCHLINE_OIDC_AUDIENCE: 'batchline',
    };
    const config = readConfig({ ...TEST_ENV, ...place.env, ...env });
    const second = await startServer(config, pino({ level: 'silent' }));
    try {
      url = second.url;
      const application = { 'SO-AppToken': AppToken };
      expect((await call('GET', '/SignIn', { ...old, ...application })).status).toBe(200);
      const without = await call('GET', '/SignIn', old);
      expectError(without, 401, UNAUTHENTICATED);
      expect(without.body.Message).toContain('SO-AppToken');
      expectError(await signIn(), 401, UNAUTHENTICATED);
      expect((await signIn({}, application)).status).toBe(200);
      // The server's own pages have no application's token.
      expect((await call('GET', '/SignIn', { Cookie: cookies })).body.XsrfToken).toBe(xsrf);
      const off = await call('GET', '/SignIn', { ...password, ...application });
      expectError(off, 401, UNAUTHENTICATED);
      expect(off.body.Message).toMatch(/accepted schemes: Bearer, SoTicket\.$/);
      expect(off.headers.get('www-authenticate')).toBe(
        'Bearer realm="Batchline", SoTicket realm="Batchline", Cookie realm="Batchline"',
      );
      issuer.answer(500);
      const jwt = { Authorization: `Bearer ${await issuer.token({ preferred_username: 'admin' })}` };
      const unknown = await call('GET', '/SignIn', { ...jwt, ...application });
      expectError(unknown, 503, 'SoBusyException');
      expect(unknown.headers.get('retry-after')).toBe('5');
    } finally {
      await second.stop();
    }
  });
});
