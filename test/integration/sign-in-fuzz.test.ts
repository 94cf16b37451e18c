import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../support/associates.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/** Number of requests of each property. */
const numRuns = fuzzRuns(0.5);

/** Characters that a header can contain. */
const anyValue = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 200,
});
const base64 = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const base64url = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
/** JSON as a part of a JWT, the well-known names with anything in them. */
const jwtPart = fc
  .oneof(
    fc.dictionary(
      fc.constantFrom(
        'alg',
        'kid',
        'typ',
        'crit',
        'b64',
        'iss',
        'aud',
        'exp',
        'nbf',
        'preferred_username',
        'roles',
      ),
      fc.oneof(fc.jsonValue(), fc.constantFrom('none', 'ES256', 'HS256', 'batchline')),
    ),
    fc.jsonValue(),
  )
  .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
const jwt = fc
  .tuple(fc.oneof(jwtPart, base64url), fc.oneof(jwtPart, base64url), base64url)
  .map((parts) => parts.join('.'));
const scheme = fc.oneof(fc.constantFrom('Basic', 'BEARER', 'soticket', 'Digest', 'Cookie', ''), anyValue);
const authorization = fc.oneof(
  anyValue,
  fc
    .tuple(scheme, fc.constantFrom(' ', '  ', '\t', ''), fc.oneof(anyValue, base64, jwt))
    .map((parts) => parts.join('')),
  jwt.map((token) => `Bearer ${token}`),
);
const cookie = fc.oneof(
  anyValue,
  fc
    .array(
      fc
        .tuple(
          fc.constantFrom('BatchlineSession', 'XSRF-TOKEN', '__proto__', 'constructor', ''),
          fc.oneof(anyValue, fc.constantFrom('%', '%00', '%ff', '"', '"x'), base64url),
        )
        .map(([name, value]) => `${name}=${value}`),
      { maxLength: 6 },
    )
    .map((cookies) => cookies.join('; ')),
);

describe('for any headers of a sign-in', () => {
  let server: TestServer;
  const agent = new Agent({ keepAlive: true });
  beforeAll(async () => {
    server = await startTestServer('embedded', {
      env: {
        // Each request comes from an address of its own, so that none has to wait.
        BATCHLINE_TRUST_PROXY: '127.0.0.1',
        BATCHLINE_OIDC_ISSUER: 'http://127.0.0.1:9/nobody-listens',
        BATCHLINE_OIDC_AUDIENCE: 'batchline',
      },
    });
  });
  afterAll(async () => {
    agent.destroy();
    await server?.stop();
  });

  let requests = 0;
  const nextAddress = (): string => {
    requests += 1;
    return `10.${(requests >> 16) & 255}.${(requests >> 8) & 255}.${requests & 255}`;
  };
  const post = async (headers: Record<string, string>): Promise<{ status: number; body: string }> => {
    const sent = request(`${server.url}/api/v1/BatchTask`, {
      method: 'POST',
      agent,
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': nextAddress(), ...headers },
    });
    sent.end('{"Name":"countdown"}');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  };
  const expectRefusal = ({ status, body }: { status: number; body: string }, accepted: number[]): void => {
    expect(accepted, body).toContain(status);
    expect(JSON.parse(body)).toMatchObject({ Error: true, ErrorSource: 'Batchline.WebApi' });
  };
  const started = async (): Promise<number> => (await server.admin.json('GET', '/BatchTask/All')).length;

  test('Authorization and SO-AppToken: refused, never a fault', async () => {
    await fc.assert(
      fc.asyncProperty(authorization, fc.option(anyValue, { nil: undefined }), async (value, appToken) => {
        const application: Record<string, string> = appToken === undefined ? {} : { 'SO-AppToken': appToken };
        const answer = await post({ Authorization: value, ...application });
        // 503: a JWT whose issuer does not answer; nothing can be said of it.
        expectRefusal(answer, [401, 503]);
      }),
      { numRuns },
    );
    expect(await started()).toBe(0);
  }, 600_000);

  test('Cookie: refused, never a fault', async () => {
    await fc.assert(
      fc.asyncProperty(cookie, anyValue, async (value, xsrf) =>
        expectRefusal(await post({ Cookie: value, 'X-XSRF-TOKEN': xsrf }), [401]),
      ),
      { numRuns },
    );
    expect(await started()).toBe(0);
  }, 600_000);

  test('X-XSRF-TOKEN and its cookie, with a session that is right: refused, never a fault', async () => {
    const answer = await fetch(`${server.url}/api/v1/SignIn`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ Login: ADMIN.login, Password: ADMIN.password, Cookie: true }),
    });
    const [session = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
    await fc.assert(
      fc.asyncProperty(anyValue, anyValue, fc.boolean(), async (header, other, same) => {
        const Cookie = `${session}; XSRF-TOKEN=${same ? header : other}`;
        expectRefusal(await post({ Cookie, 'X-XSRF-TOKEN': header }), [403]);
      }),
      { numRuns },
    );
    expect(await started()).toBe(0);
  }, 600_000);
});
