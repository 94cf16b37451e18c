import { UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { findAssociate, updateAssociate } from '../../src/db/queries/account.ts';
import { ClaimsReader } from '../../src/http/auth/claims.ts';
import { type OidcFailure, OidcSignIn } from '../../src/http/auth/oidc.ts';
import { startServer } from '../../src/server.ts';
import { SignIns } from '../../src/services/sign-ins.ts';
import { ADMIN } from '../support/associates.ts';
import { createPlace } from '../support/databases.ts';
import { startOidcIssuer } from '../support/oidc-issuer.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../support/test-server.ts';

/** A browser that follows no redirects by itself: cookies by origin, without their attributes. */
class Jar {
  readonly #cookies = new Map<string, Map<string, string>>();

  cookie(url: string, name: string): string | undefined {
    return this.#of(url).get(name);
  }

  set(url: string, name: string, value: string): void {
    this.#of(url).set(name, value);
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const cookies = this.#of(url);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  #of(url: string): Map<string, string> {
    const { origin } = new URL(url);
    const cookies = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, cookies);
    return cookies;
  }
}

const locationOf = (response: Response): string =>
  new URL(response.headers.get('Location') ?? '', response.url).href;

test('sign-in by password can be disabled', async () => {
  const place = await createPlace('embedded');
  const config = readConfig({
    ...TEST_ENV,
    ...place.env,
    BATCHLINE_PASSWORD_SIGN_IN: 'false',
    BATCHLINE_OIDC_ISSUER: 'https://login.example.org',
    BATCHLINE_OIDC_CLIENT_ID: 'batchline',
    BATCHLINE_OIDC_CLIENT_SECRET: 'secret',
    BATCHLINE_OIDC_NAME: 'Example',
    BATCHLINE_OIDC_REDIRECT: 'true',
  });
  const server = await startServer(config, pino({ level: 'silent' }), { runs: false });
  try {
    const api = `${server.url}/api/v1`;
    expect(await (await fetch(`${api}/SignIn/Methods`)).json()).toMatchObject({
      Schemes: ['bearer', 'cookie'],
      Password: false,
      Oidc: { Name: 'Example', Redirect: true },
    });
    const signIn = async (more: object): Promise<[status: number, message: string]> => {
      const body = JSON.stringify({ Login: ADMIN.login, Password: ADMIN.password, ...more });
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(`${api}/SignIn`, { method: 'POST', headers, body });
      return [response.status, ((await response.json()) as { Message: string }).Message];
    };
    for (const more of [{}, { Cookie: true }])
      expect(await signIn(more)).toEqual([
        403,
        'Sign-in with a password is disabled on this server; sign in with Example.',
      ]);
    const basic = `Basic ${Buffer.from(`${ADMIN.login}:${ADMIN.password}`).toString('base64')}`;
    expect((await fetch(`${api}/BatchTask`, { headers: { Authorization: basic } })).status).toBe(401);
  } finally {
    await server.stop();
    await place.remove();
  }
});

describe('the sign-in at an OIDC provider', () => {
  let provider: OidcProvider;
  let server: TestServer;

  beforeAll(async () => {
    provider = await startOidcProvider();
    server = await startTestServer('embedded', { env: { ...provider.env } });
    provider.register(server.url);
    for (const login of ['anna', 'leaver']) await server.associate(login);
    const leaver = await findAssociate(server.database.sql, 'leaver');
    await updateAssociate(server.database.sql, leaver?.id ?? 0, { disabled: true });
  });
  afterAll(async () => {
    await server?.stop();
    await provider?.stop();
  });

  /** Signs in at the provider. Returns the address of the callback, which has not been requested yet. */
  const untilCallback = async (
    jar: Jar,
    login: string,
    { cancel = false, page = '/' } = {},
  ): Promise<string> => {
    let response = await jar.fetch(`${server.url}/auth/oidc/start?return=${encodeURIComponent(page)}`);
    for (let step = 0; step < 10; step += 1) {
      const next = locationOf(response);
      if (next.startsWith(server.url)) return next;
      response = await jar.fetch(next);
      if (response.status === 200) {
        const form = cancel ? { cancel: 'true' } : { login };
        response = await jar.fetch(next, { method: 'POST', body: new URLSearchParams(form) });
      }
    }
    throw new Error('The provider redirects in circles.');
  };
  const signIn = async (jar: Jar, login: string, options = {}): Promise<string> =>
    locationOf(await jar.fetch(await untilCallback(jar, login, options)));

  test('starts a session with the rights of the associate, and returns to the page', async () => {
    const jar = new Jar();
    expect(await signIn(jar, 'anna', { page: '/tasks/5?x=%2F1' })).toBe(`${server.url}/tasks/5?x=%2F1`);
    const session = await jar.fetch(`${server.url}/api/v1/SignIn`);
    expect(await session.json()).toMatchObject({
      Login: 'anna',
      Roles: [],
      XsrfToken: jar.cookie(server.url, 'XSRF-TOKEN'),
      SignOutUrl: '/auth/oidc/sign-out',
    });
    expect(jar.cookie(server.url, 'BatchlineOidc')).toBeUndefined();
  });

  test('asks for a code with PKCE S256, a state and a nonce, and sets a cookie that scripts can’t read', async () => {
    const response = await fetch(`${server.url}/auth/oidc/start`, { redirect: 'manual' });
    const query = new URL(locationOf(response)).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      redirect_uri: `${server.url}/auth/oidc/callback`,
    });
    for (const random of ['state', 'nonce', 'code_challenge'])
      expect(query.get(random)).toMatch(/^[\w-]{43}$/);
    expect(response.headers.getSetCookie().join()).toMatch(
      /^BatchlineOidc=[\w.-]+; Max-Age=600; Path=\/auth\/oidc; HttpOnly; SameSite=Lax$/,
    );
  });

  test('ends the browser’s previous session', async () => {
    const jar = new Jar();
    await signIn(jar, 'anna');
    const before = jar.cookie(server.url, 'BatchlineSession') ?? '';
    await signIn(jar, 'anna');
    const old = await fetch(`${server.url}/api/v1/SignIn`, {
      headers: { Cookie: `BatchlineSession=${before}` },
    });
    expect(old.status).toBe(401);
    expect((await jar.fetch(`${server.url}/api/v1/SignIn`)).status).toBe(200);
  });

  test.each<[string, string, (jar: Jar) => Promise<string>]>([
    ['of an unknown person', 'unknown', (jar) => signIn(jar, 'nobody')],
    ['of a disabled person', 'unknown', (jar) => signIn(jar, 'leaver')],
    ['of a person of another case', 'unknown', (jar) => signIn(jar, 'ANNA')],
    ['that was cancelled at the provider', 'denied', (jar) => signIn(jar, 'anna', { cancel: true })],
    [
      'of another browser',
      'expired',
      async (jar) => locationOf(await jar.fetch(await untilCallback(new Jar(), 'anna'))),
    ],
    [
      'with another state',
      'expired',
      async (jar) => {
        const callback = new URL(await untilCallback(jar, 'anna'));
        callback.searchParams.set('state', 'x'.repeat(43));
        return locationOf(await jar.fetch(callback.href));
      },
    ],
    [
      'without a state',
      'expired',
      async (jar) => {
        const callback = new URL(await untilCallback(jar, 'anna'));
        callback.searchParams.delete('state');
        return locationOf(await jar.fetch(callback.href));
      },
    ],
    [
      'with two states',
      'failed',
      async (jar) => locationOf(await jar.fetch(`${await untilCallback(jar, 'anna')}&state=x`)),
    ],
    [
      'with an invented code',
      'failed',
      async (jar) => {
        const callback = new URL(await untilCallback(jar, 'anna'));
        callback.searchParams.set('code', 'invented');
        return locationOf(await jar.fetch(callback.href));
      },
    ],
    [
      'that names another issuer',
      'failed',
      async (jar) => {
        const callback = new URL(await untilCallback(jar, 'anna'));
        callback.searchParams.set('iss', 'https://evil.example');
        return locationOf(await jar.fetch(callback.href));
      },
    ],
    [
      'with a manipulated cookie',
      'expired',
      async (jar) => {
        const callback = await untilCallback(jar, 'anna');
        const flow = jar.cookie(server.url, 'BatchlineOidc') ?? '';
        jar.set(server.url, 'BatchlineOidc', `${flow.slice(0, -4)}AAAA`);
        return locationOf(await jar.fetch(callback));
      },
    ],
    [
      'with a replayed code',
      'failed',
      async (jar) => {
        const callback = await untilCallback(jar, 'anna');
        const flow = jar.cookie(server.url, 'BatchlineOidc') ?? '';
        await jar.fetch(callback);
        const thief = new Jar();
        thief.set(server.url, 'BatchlineOidc', flow);
        const replayed = locationOf(await thief.fetch(callback));
        expect(thief.cookie(server.url, 'BatchlineSession')).toBeUndefined();
        jar.set(server.url, 'BatchlineSession', '');
        return replayed;
      },
    ],
  ])('refuses a sign-in %s', async (_what, reason, run) => {
    const jar = new Jar();
    expect(await run(jar)).toBe(`${server.url}/#sign-in=${reason}`);
    expect(jar.cookie(server.url, 'BatchlineSession') ?? '').toBe('');
    expect(await findAssociate(server.database.sql, 'nobody')).toBeUndefined();
  });

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    '/.//evil.example',
    'javascript:alert(1)',
    'tasks/1',
    '',
    `/${'x'.repeat(1000)}`,
  ])('does not redirect to %j', async (target) => {
    const response = await fetch(`${server.url}/auth/oidc/start?return=${encodeURIComponent(target)}`, {
      redirect: 'manual',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('Set-Cookie')).toBeNull();
  });

  test('signs out at the provider, for pages of this server only', async () => {
    const response = await fetch(`${server.url}/auth/oidc/sign-out`, { redirect: 'manual' });
    const target = new URL(locationOf(response));
    expect(target.href.startsWith(`${provider.url}/session/end?`)).toBe(true);
    expect(Object.fromEntries(target.searchParams)).toEqual({
      client_id: 'batchline',
      post_logout_redirect_uri: `${server.url}/`,
    });
    const crossSite = { headers: { 'Sec-Fetch-Site': 'cross-site' }, redirect: 'manual' } as const;
    expect((await fetch(`${server.url}/auth/oidc/sign-out`, crossSite)).status).toBe(403);
  });

  describe('with an ID token', () => {
    const redirectUri = 'http://127.0.0.1/auth/oidc/callback';
    const claims = { aud: 'batchline', preferred_username: 'anna' };

    /** Runs a sign-in with the token that `tokenOf` makes; the server's clock is `lateMs` late at the end. */
    const run = async (
      tokenOf: (
        nonce: string,
        issuer: Awaited<ReturnType<typeof startOidcIssuer>>,
      ) => Promise<string | undefined>,
      {
        env = {},
        lateMs = 0,
        status = 200,
      }: { env?: Record<string, string>; lateMs?: number; status?: number } = {},
    ) => {
      const issuer = await startOidcIssuer();
      try {
        const { oidcClient } = readConfig({
          ...provider.env,
          BATCHLINE_OIDC_ISSUER: issuer.url,
          ...env,
        }).signIn;
        if (oidcClient === undefined) throw new Error('no client');
        const log = pino({ level: 'silent' });
        let now = Date.now();
        const claimsReader = new ClaimsReader(new SignIns(server.database.sql), oidcClient, log);
        const oidc = new OidcSignIn(claimsReader, oidcClient, log, () => now);
        const { url, flow } = await oidc.begin({ redirectUri, returnTo: '/x' });
        const { state, nonce } = Object.fromEntries(new URL(url).searchParams);
        issuer.grant(await tokenOf(nonce ?? '', issuer));
        issuer.answer(status);
        now += lateMs;
        return await oidc.complete(new URLSearchParams({ state: state ?? '', code: 'a code' }), flow);
      } finally {
        await issuer.stop();
      }
    };
    const past = Math.floor(Date.now() / 1000) - 120;

    test('gives the rights of its claims', async () => {
      const env = { BATCHLINE_OIDC_ROLES_CLAIM: 'roles', BATCHLINE_OIDC_TENANT_CLAIM: 'tenant' };
      const given = { ...claims, roles: ['viewer', 'root'], tenant: 'Cust1' };
      const signedIn = await run((nonce, issuer) => issuer.token({ ...given, nonce }), { env });
      expect(signedIn).toMatchObject({ associate: { login: 'anna' }, returnTo: '/x' });
      expect(signedIn.rights).toMatchObject({ roles: ['viewer'], tenant: 'Cust1' });
    });

    const wrong: [string, string, Parameters<typeof run>[0], Parameters<typeof run>[1]?][] = [
      ['with another nonce', 'failed', (_, issuer) => issuer.token({ ...claims, nonce: 'x'.repeat(43) })],
      ['without a nonce', 'failed', (_, issuer) => issuer.token(claims)],
      ['that has expired', 'failed', (nonce, issuer) => issuer.token({ ...claims, nonce, exp: past })],
      ['for another client', 'failed', (nonce, issuer) => issuer.token({ ...claims, nonce, aud: 'other' })],
      [
        'of another issuer',
        'failed',
        (nonce, issuer) => issuer.token({ ...claims, nonce, iss: 'https://x' }),
      ],
      [
        'that is not signed',
        'failed',
        async (nonce, { url: iss }) => {
          const sub = 'anna';
          return new UnsecuredJWT({ ...claims, sub, nonce, iss, iat: past, exp: past + 600 }).encode();
        },
      ],
      [
        'of an unknown key',
        'failed',
        (nonce, issuer) => issuer.token({ ...claims, nonce }, { kid: 'other' }),
      ],
      ['that is missing', 'failed', async () => undefined],
      [
        'without a login',
        'unknown',
        (nonce, issuer) => issuer.token({ ...claims, nonce, preferred_username: undefined }),
      ],
      [
        'without scopes',
        'unknown',
        (nonce, issuer) => issuer.token({ ...claims, nonce }),
        { env: { BATCHLINE_OIDC_SCOPES_CLAIM: 'scope' } },
      ],
      [
        'that comes after eleven minutes',
        'expired',
        (nonce, issuer) => issuer.token({ ...claims, nonce }),
        { lateMs: 660_000 },
      ],
      [
        'that the provider can’t issue now',
        'unavailable',
        (nonce, issuer) => issuer.token({ ...claims, nonce }),
        { status: 503 },
      ],
    ];
    test.each(wrong)('refuses one %s', async (_what, reason, tokenOf, options) => {
      const failure = await run(tokenOf, options).then(
        () => undefined,
        (error) => error as OidcFailure,
      );
      expect(failure).toMatchObject({ reason });
      expect(failure?.message).not.toMatch(/access token|eyJ/);
    });
  });
});
