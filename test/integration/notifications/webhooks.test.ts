import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MAX_DEAD } from '../../../src/events/webhook-sender.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { type MailServer, startMailServer } from '../../support/mail-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { isSigned, startReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { describeSubscriptions } from './subscriptions.ts';

describe.each(DATABASES)('webhooks on %s', (kind) => {
  let server: TestServer;
  let receiver: WebhookReceiver;
  let mail: MailServer;
  beforeAll(async () => {
    mail = await startMailServer();
    server = await startTestServer(kind, {
      env: {
        BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true',
        BATCHLINE_WEBHOOK_RETRY_SECONDS: '1',
        BATCHLINE_WEBHOOK_TRIES: '2',
        BATCHLINE_WEBHOOK_LIMIT: '3',
        BATCHLINE_SMTP_URL: mail.url,
        BATCHLINE_MAIL_FROM: 'Batchline <batch@example.com>',
        BATCHLINE_PUBLIC_URL: 'https://batch.example.com/',
      },
    });
  });
  afterAll(async () => {
    await server?.stop();
    await mail?.close();
  });
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const { Id } of await server.admin.json('GET', '/Webhooks'))
      await server.admin.json('DELETE', `/Webhooks/${Id}`);
    await receiver.close();
  });

  const quick = async (client: ApiClient = server.admin): Promise<number> => {
    const id = await client.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await client.ended(id);
    return id;
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const hook = (settings: object = {}, client = server.admin): Promise<any> =>
    client.json('POST', '/Webhooks', { Url: receiver.url, ...settings });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const deliveries = (id: number, query = ''): Promise<any[]> =>
    server.admin.json('GET', `/Webhooks/${id}/Deliveries${query}`);
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  async function delivered(id: number, condition: (all: any[]) => boolean): Promise<any[]> {
    for (;;) {
      const all = await deliveries(id);
      if (condition(all)) return all;
      await delay(50);
    }
  }

  describeSubscriptions(() => ({ server, mail, receiver, kind }));

  test('every event comes signed, with the secret that was shown once, and has one record', async () => {
    await quick(); // before it was made
    const { Secret, ...made } = await hook();
    const id = await quick();
    const all = await delivered(
      made.Id,
      (some) => some.filter((one) => one.State === 'Delivered').length === 4,
    );
    expect(receiver.received.map(({ body }) => body.To).toSorted()).toEqual([
      'Aquired',
      'New',
      'Started',
      'Succeeded',
    ]);
    for (const one of receiver.received) {
      expect(isSigned(Secret, one)).toBe(true);
      expect(isSigned(Secret, { ...one, text: `${one.text} ` })).toBe(false);
      expect(one.body).toMatchObject({ Type: 'state', TaskId: id, Name: 'countdown' });
      expect(one.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(Math.abs(Number(one.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    }
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
    expect(all).toHaveLength(4);
    expect(all[0]).toMatchObject({ WebhookId: made.Id, Tries: 1, Status: 204, Error: '' });
    expect(Secret).toMatch(/^whsec_/);
    const shown = await server.admin.json('GET', `/Webhooks/${made.Id}`);
    expect(shown).toEqual(made);
    expect(shown).toMatchObject({ Url: receiver.url, Names: [], States: [], Own: false, Active: true });
  });

  test('after a 500 it is retried, with the same id; then it is dead, until it is redelivered', async () => {
    let status = 500;
    receiver.answer = () => ({ status, body: 'not now' });
    const { Id } = await hook({ States: ['succeeded'] });
    await quick();
    const [dead] = await delivered(Id, ([one]) => one?.State === 'Dead');
    expect(dead).toMatchObject({ Tries: 2, Status: 500, Answer: 'not now', NextTry: null });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.received).toHaveLength(2);
    status = 200;
    await server.admin.json('POST', `/Webhooks/${Id}/Deliveries/${dead.Id}/Redeliver`);
    const [sent, ...others] = await delivered(Id, ([one]) => one?.State === 'Delivered');
    expect(sent).toMatchObject({ Id: dead.Id, Tries: 1, Status: 200 });
    expect(others).toEqual([]);
    expect(await deliveries(Id, '?State=dead')).toEqual([]);
    expect(await deliveries(Id, `?Before=${sent.Id}`)).toEqual([]);
  });

  test('redirects are not followed', async () => {
    receiver.answer = () => ({ status: 302, headers: { Location: receiver.url } });
    const { Id } = await hook({ States: ['New'] });
    await quick();
    await delivered(Id, ([one]) => one?.State === 'Dead');
    expect(receiver.received).toHaveLength(2);
  });

  test('too many dead deliveries in a row make it inactive, and Active wakes it from then on', async () => {
    const { Id } = await hook({ States: ['Succeeded'] });
    receiver.answer = () => ({ status: 500 });
    await sql`update batchline.webhook set dead_in_a_row = ${MAX_DEAD - 1} where id = ${Id}`.execute(
      server.database.sql,
    );
    await quick();
    await delivered(Id, ([one]) => one?.State === 'Dead');
    for (;;) {
      const { Active, DisabledReason } = await server.admin.json('GET', `/Webhooks/${Id}`);
      if (!Active) {
        expect(DisabledReason).toContain('500');
        break;
      }
      await delay(20);
    }
    await quick();
    expect((await server.admin.call('POST', `/Webhooks/${Id}/Test`)).status).toBe(409);
    receiver.answer = () => ({ status: 200 });
    expect(await server.admin.json('PATCH', `/Webhooks/${Id}`, { Active: true })).toMatchObject({
      Active: true,
      DisabledReason: '',
    });
    const id = await quick();
    const all = await delivered(Id, ([one]) => one?.State === 'Delivered');
    expect(all).toHaveLength(2);
    expect(JSON.parse(all[0].Body).TaskId).toBe(id);
  });

  test('a tenant has as many as its limit, and another one its own', async () => {
    const [one, other] = [
      await server.associate(`limited-${kind}`, { tenant: 'limited' }),
      await server.associate(`unlimited-${kind}`, { tenant: 'unlimited' }),
    ];
    const create = (as: ApiClient) => as.call('POST', '/Webhooks', { Url: receiver.url });
    const first = await create(one);
    expect([first.status, (await create(one)).status, (await create(one)).status]).toEqual([201, 201, 201]);
    expect(await create(one)).toMatchObject({
      status: 409,
      body: { Message: expect.stringContaining('BATCHLINE_WEBHOOK_LIMIT') },
    });
    expect((await create(other)).status).toBe(201);
    await one.json('DELETE', `/Webhooks/${first.body.Id}`);
    expect((await create(one)).status).toBe(201);
  });

  test("300 webhooks of a tenant whose servers don't answer hold up no other tenant", async () => {
    const { sql: db } = server.database;
    const slow = await startSilentServer();
    const owner = await server.associate(`slow-${kind}`, { tenant: 'slow' });
    // Linux has the whole of 127.0.0.0/8, so that each may be another server.
    const host = process.platform === 'linux' ? sql`n % 250 + 1` : sql`1`;
    await sql`
      with hook as (
        insert into batchline.webhook (owner_id, tenant, scopes, url, secret, names, states, own, active, after_event)
        select ${owner.associateId}::int, 'slow', '{read}'::text[], 'http://127.0.0.' || (${host}) || ${`:${slow.port}/`}::text,
          'whsec_AAAA', '{}', '{}', false, true, 0
        from generate_series(1, 300) as n
        returning id
      )
      insert into batchline.webhook_delivery (webhook_id, body) select id, '{}' from hook`.execute(db);
    await slow.someoneCame;
    const quickOne = await server.associate(`quick-${kind}`, { tenant: 'quick' });
    await hook({ States: ['Succeeded'] }, quickOne);
    await quick(quickOne);
    await receiver.until((received) => received.length > 0);
    expect(slow.mostAtOnce()).toBeLessThanOrEqual(10);
    await sql`delete from batchline.webhook where tenant = 'slow'`.execute(db);
    await slow.close();
  });

  test('a test is sent, and says that it is one', async () => {
    const { Id, Secret } = await hook({ Names: ['nothing'] });
    const answer = await server.admin.call('POST', `/Webhooks/${Id}/Test`);
    expect(answer.status).toBe(202);
    await receiver.until((received) => received.length === 1);
    expect(receiver.received[0]?.body).toMatchObject({ Type: 'test', WebhookId: Id });
    expect(receiver.received.every((one) => isSigned(Secret, one))).toBe(true);
  });

  test('it sends what its owner may see and its filter selects', async () => {
    const anna = await server.associate(`anna-hooks-${kind}`);
    const bert = await server.associate(`bert-hooks-${kind}`);
    const ofAnna = await hook({ States: ['Succeeded'] }, anna);
    const own = await hook({ States: ['Succeeded'], Own: true, Names: ['Countdown'] });
    const berts = await quick(bert);
    const annas = await quick(anna);
    const admins = await quick();
    const toAnna = await delivered(ofAnna.Id, (all) => all.length > 0);
    const toOwn = await delivered(own.Id, (all) => all.length > 0);
    const tasks = (all: { Body: string }[]): number[] => all.map(({ Body }) => JSON.parse(Body).TaskId);
    expect(tasks(toAnna)).toEqual([annas]);
    expect(tasks(toOwn)).toEqual([admins]);
    expect(berts).toBeGreaterThan(0);
    // Owners see their own, administrators all.
    expect(await bert.json('GET', '/Webhooks')).toEqual([]);
    expect((await bert.call('GET', `/Webhooks/${ofAnna.Id}`)).status).toBe(404);
    expect((await bert.call('DELETE', `/Webhooks/${ofAnna.Id}`)).status).toBe(404);
    expect((await server.admin.call('GET', `/Webhooks/${ofAnna.Id}`)).status).toBe(200);
    const reader = await anna.withToken(['read']);
    expect((await reader.call('GET', `/Webhooks/${ofAnna.Id}`)).status).toBe(200);
    expect((await reader.call('DELETE', `/Webhooks/${ofAnna.Id}`)).status).toBe(403);
  });

  test("a token can't make its owner's webhook tell more than the token may see", async () => {
    const writer = await server.admin.withToken(['read', 'write']);
    const { Id } = await hook({ States: ['Succeeded'] });
    await writer.json('PATCH', `/Webhooks/${Id}`, { Names: ['countdown'] });
    const clara = await server.associate(`clara-hooks-${kind}`);
    await quick(clara);
    const admins = await quick();
    const all = await delivered(Id, (some) => some.length > 0);
    expect(all.map(({ Body }) => JSON.parse(Body).TaskId)).toEqual([admins]);
  });

  test.each([
    [{ Url: 'nonsense' }, 'Url'],
    [{ Url: 'ftp://example.org/' }, 'ftp:'],
    [{ Url: 'https://me:secret@example.org/' }, 'name or password'],
    [{ Url: 'https://example.org/', States: ['Nowhere'] }, 'Nowhere'],
    [{ Url: 'https://example.org/', Names: [''] }, 'Names'],
    [{}, 'Url'],
    [{ Url: 'https://example.org/', More: 1 }, 'additional'],
  ])('%j is refused', async (body, wrong) => {
    const answer = await server.admin.call('POST', '/Webhooks', body);
    expect(answer.status).toBe(400);
    expect(answer.body.Message).toContain(wrong);
  });
});

describe('webhooks where private addresses are refused', () => {
  test('an address of the inside is refused when it is set, and where a name leads to it, when it is called', async () => {
    const server = await startTestServer('embedded');
    for (const Url of [
      'http://127.0.0.1:1/',
      'http://[::1]/',
      'http://10.0.0.1/',
      'http://[::ffff:10.0.0.1]/',
    ]) {
      const answer = await server.admin.call('POST', '/Webhooks', { Url });
      expect([answer.status, answer.body.Message]).toEqual([
        400,
        expect.stringContaining('not a public address'),
      ]);
    }
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const { Id } = await server.admin.json('POST', '/Webhooks', { Url: `http://localhost:${port}/` });
    await server.admin.json('POST', `/Webhooks/${Id}/Test`);
    for (;;) {
      const [one] = await server.admin.json('GET', `/Webhooks/${Id}/Deliveries`);
      if (one.State === 'Dead') {
        expect(one).toMatchObject({
          Tries: 1,
          Status: null,
          Error: expect.stringContaining('public address'),
        });
        break;
      }
      await delay(50);
    }
    expect(receiver.received).toEqual([]);
    await receiver.close();
    await server.stop();
  });
});

/** A server that takes requests and answers none. */
async function startSilentServer() {
  const came = Promise.withResolvers<void>();
  const open = new Set<Socket>();
  let most = 0;
  const silent = createServer((socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    came.resolve();
  });
  silent.listen(0, '0.0.0.0');
  await once(silent, 'listening');
  return {
    port: (silent.address() as AddressInfo).port,
    someoneCame: came.promise,
    mostAtOnce: () => most,
    async close() {
      for (const socket of open) socket.destroy();
      silent.close();
      await once(silent, 'close');
    },
  };
}
