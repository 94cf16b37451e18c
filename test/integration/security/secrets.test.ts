import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from '../../support/api-client.ts';
import { ADMIN } from '../../support/associates.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { startOidcIssuer } from '../../support/oidc-issuer.ts';
import { runCli } from '../../support/run-cli.ts';
import { startS3Server } from '../../support/s3-server.ts';
import { spawnServer } from '../../support/server-process.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { HandWorker } from '../workers/protocol-client.ts';

/** Never to be seen, each in the place that its name says. */
const SECRETS = {
  database: 'sesame-of-the-database',
  person: 'sesame-of-a-person',
  wrong: 'sesame-that-is-wrong',
  changed: 'sesame-that-is-new',
  parameter: 'sesame-of-a-request',
  hook: 'sesame-of-a-hook',
};

describe.each(DATABASES)('on %s', (kind) => {
  let place: Place;
  beforeAll(async () => {
    place = await createPlace(kind);
  });
  afterAll(() => place?.remove());

  test('a server at the most verbose log level prints no secret, for any request', async () => {
    const issuer = await startOidcIssuer();
    const s3 = kind === 'embedded' ? await startS3Server() : undefined;
    const receiver = await startReceiver();
    const env: Record<string, string> = {
      LOG_LEVEL: 'trace',
      BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true',
      BATCHLINE_OIDC_ISSUER: issuer.url,
      BATCHLINE_OIDC_AUDIENCE: 'batchline',
      BATCHLINE_OIDC_CREATE: 'true',
      BATCHLINE_WEBHOOK_RETRY_SECONDS: '1',
      BATCHLINE_WEBHOOK_TRIES: '2',
      ...s3?.env,
    };
    if (place.env.DATABASE_URL !== undefined) {
      const url = new URL(place.env.DATABASE_URL);
      url.password = SECRETS.database;
      env.DATABASE_URL = url.href;
    }
    const secrets: string[] = [ADMIN.password, ...Object.values(SECRETS)];
    if (s3 !== undefined) secrets.push(s3.env.BATCHLINE_S3_SECRET_KEY ?? '');
    const server = await spawnServer(place, env);
    try {
      const { url, admin } = server;
      secrets.push(admin.authorization.replace('Basic ', ''));
      const call = async (path: string, init: RequestInit) => {
        const answer = await fetch(url + path, init);
        const text = await answer.text();
        return { cookies: answer.headers.getSetCookie(), body: text === '' ? undefined : JSON.parse(text) };
      };
      const json = { 'Content-Type': 'application/json' };

      // Every way to sign in, right and wrong.
      await admin.json('POST', '/Users', { Login: 'paula', Password: SECRETS.person });
      const paula = await ApiClient.signIn(url, 'paula', SECRETS.person);
      const signIn = (Password: string, more: object = {}) =>
        call('/api/v1/SignIn', {
          method: 'POST',
          headers: json,
          body: JSON.stringify({ Login: 'paula', Password, ...more }),
        });
      const { Ticket } = (await signIn(SECRETS.person)).body;
      const session = await signIn(SECRETS.person, { Cookie: true });
      const { XsrfToken } = session.body;
      const cookies = session.cookies.map((one) => one.split(';')[0] ?? '');
      secrets.push(Ticket, XsrfToken, ...cookies.map((one) => one.split('=')[1] ?? ''));
      await signIn(SECRETS.wrong);
      const { Token } = await paula.json('POST', '/Tokens', { Name: 'paula' });
      const { AppToken } = await admin.json('POST', '/Applications', { Name: 'an application' });
      const jwt = await issuer.token({ preferred_username: 'paula' });
      const forged = `${jwt.slice(0, -6)}AAAAAA`;
      const foreign = await issuer.token({ preferred_username: 'paula', aud: 'another' });
      secrets.push(Token, AppToken, jwt, forged, foreign);
      for (const headers of [
        { Authorization: `SoTicket ${Ticket}` },
        { Authorization: `Bearer ${Token}`, 'SO-AppToken': AppToken },
        { Authorization: `Bearer ${Token}`, 'SO-AppToken': SECRETS.wrong },
        { Authorization: `Bearer ${jwt}` },
        { Authorization: `Bearer ${forged}` },
        { Authorization: `Bearer ${foreign}` },
        { Authorization: `Basic ${Buffer.from(`paula:${SECRETS.wrong}`).toString('base64')}` },
        { Authorization: `Digest ${SECRETS.wrong}` },
        { Cookie: cookies.join('; ') },
        { Cookie: cookies.join('; '), 'X-XSRF-TOKEN': XsrfToken },
      ] as Record<string, string>[]) {
        await call('/api/v1/BatchTask/All', { headers });
        await call('/api/v1/BatchTask', {
          method: 'POST',
          headers: { ...headers, ...json },
          body: '{"Name":"none"}',
        });
      }
      await paula.call('PATCH', `/Users/${paula.associateId}`, { Password: SECRETS.changed });

      // Incomplete or malformed requests.
      await admin.call('POST', '/Users', `{"Login":"x","Password":"${SECRETS.wrong}"`);
      await admin.call('POST', '/Users', { Login: 'x', Password: SECRETS.wrong, Roles: ['king'] });
      await admin.call('POST', '/Users', { Login: 'paula', Password: SECRETS.wrong });
      await admin.call('GET', `/${SECRETS.wrong}%zz`);

      // Webhooks and their failures, tasks with secrets in their parameters.
      receiver.answer = () => ({ status: 500, body: 'no' });
      const hook = await admin.json('POST', '/Webhooks', { Url: `${receiver.url}&key=${SECRETS.hook}` });
      secrets.push(hook.Secret);
      await admin.json('POST', `/Webhooks/${hook.Id}/Test`);
      await receiver.until((received) => received.length >= 2);
      const requests = [
        { url: receiver.url, headers: { authorization: `Bearer ${SECRETS.parameter}` } },
        { url: 'http://127.0.0.1:1/', headers: { authorization: `Bearer ${SECRETS.parameter}` } },
      ];
      await admin.ended(
        await admin.start({ Name: 'http-requests', ParameterObject: { requests, retries: 0 } }),
      );
      const worker = await admin.withToken(['worker'], { Definitions: ['secret-work'] });
      secrets.push(worker.authorization.replace('Bearer ', ''));
      const hand = new HandWorker(worker);
      await hand.declare({ Name: 'secret-work' });
      await admin.start({ Name: 'secret-work', ParameterObject: { key: SECRETS.parameter } });
      const { Lease } = await hand.next('secret-work');
      await hand.on(Lease, 'Fail', { Message: 'it failed', Retry: false });
      expect(await server.stop()).toBe(0);
    } finally {
      await server.kill().catch(() => undefined);
      await receiver.close();
      await issuer.stop();
      await s3?.stop();
    }
    const output = server.output();
    expect(output).toContain('"level":');
    expect(secrets.filter((secret) => secret.length < 8)).toEqual([]);
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  });
});

/** Settings that fail a start, those of one line together; each has a secret in it. */
const FAILING: readonly Readonly<Record<string, string>>[] = [
  { DATABASE_URL: `postgres://batchline:${SECRETS.database}@127.0.0.1:1/none` },
  { DATABASE_URL: `postgres://batchline:${SECRETS.database}@127.0.0.1:port/none` },
  { DATABASE_URL: `postgres://batchline:${SECRETS.database}%zz@127.0.0.1:1/none` },
  {
    DATABASE_URL: `mysql://batchline:${SECRETS.database}@127.0.0.1/none`,
    BATCHLINE_ADMIN: `two words:${SECRETS.database}`,
    BATCHLINE_FILES: `ftp://key:${SECRETS.database}@127.0.0.1`,
    BATCHLINE_S3_ENDPOINT: `ftp://key:${SECRETS.database}@127.0.0.1`,
    BATCHLINE_S3_SECRET_KEY: SECRETS.database,
    BATCHLINE_OIDC_ISSUER: `http://key:${SECRETS.database}@issuer.example`,
    BATCHLINE_URL: `ftp://key:${SECRETS.database}@127.0.0.1`,
  },
];

test('a failed start reports the reason without the secret in the setting', async () => {
  const starts = FAILING.map(async (settings) => {
    const base = { LOG_LEVEL: 'trace', PORT: '0', BATCHLINE_DATA: join(import.meta.dirname, 'none') };
    const { code, stdout, stderr } = await runCli(['serve'], { ...base, ...settings });
    expect(code).toBe(1);
    for (const name of Object.keys(settings))
      expect(stderr).toContain(name.replace(/_(SECRET|ACCESS)_KEY/, ''));
    expect(stdout + stderr).not.toContain(SECRETS.database);
    expect(stderr.split('\n').filter((line) => line.startsWith('    at '))).toEqual([]);
  });
  await Promise.all(starts);
});
