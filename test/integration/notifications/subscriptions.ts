import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { DIGEST_SECONDS, MAX_NOTICES } from '../../../src/core/notification.ts';
import type { ApiClient } from '../../support/api-client.ts';
import type { MailServer } from '../../support/mail-server.ts';
import type { TestServer } from '../../support/test-server.ts';
import { isSigned, type WebhookReceiver } from '../../support/webhook-receiver.ts';

/** The server and receivers of the tests. */
interface Stage {
  readonly server: TestServer;
  readonly mail: MailServer;
  readonly receiver: WebhookReceiver;
  readonly kind: string;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
type Any = any;

/** The tests of subscriptions, on the server of the webhooks' tests, whose mail is retried after a second and once. */
export function describeSubscriptions(stage: () => Stage): void {
  describe('subscriptions', () => {
    afterEach(async () => {
      const { server, mail } = stage();
      for (const { Id } of await server.admin.json('GET', '/Subscriptions'))
        await server.admin.json('DELETE', `/Subscriptions/${Id}`);
      mail.refuses = () => undefined;
      mail.received.splice(0);
    });

    const subscribe = (settings: object, client = stage().server.admin): Promise<Any> =>
      client.json('POST', '/Subscriptions', { Channel: 'Email', Target: 'anna@example.com', ...settings });
    const run = async (client: ApiClient, more: object = {}): Promise<number> => {
      const id = await client.start({ Name: 'countdown', ParameterObject: { seconds: '0' }, ...more });
      await client.ended(id);
      return id;
    };
    const fail = (client: ApiClient): Promise<number> =>
      run(client, {
        Name: 'csv-import',
        ParameterObject: {
          file: 'upload:00000000-0000-4000-8000-000000000000',
          table: 'none',
          columns: [{ name: 'a', type: 'text' }],
        },
      });
    async function delivered(id: number, condition: (all: Any[]) => boolean): Promise<Any[]> {
      for (;;) {
        const all = await stage().server.admin.json('GET', `/Subscriptions/${id}/Deliveries`);
        if (condition(all)) return all;
        await delay(20);
      }
    }
    /** Follows the link to unsubscribe, without a sign-in, as a person and as a mail program do. */
    async function unsubscribes(client: ApiClient, id: number, text: string): Promise<void> {
      const { server } = stage();
      const [, path = ''] = /<https:\/\/batch\.example\.com(\/unsubscribe\/[\w.-]+)>/.exec(text) ?? [];
      expect(text).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
      const read = async (): Promise<Any> => client.json('GET', `/Subscriptions/${id}`);
      const forged = path.replace(/\w$/, (last) => (last === 'A' ? 'B' : 'A'));
      const post = (to: string) =>
        fetch(server.url + to, {
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site' },
          body: 'List-Unsubscribe=One-Click',
        });
      expect((await post(forged)).status).toBe(410);
      const asked = await fetch(server.url + path, { headers: { 'Accept-Language': 'de' } });
      expect(await asked.text()).toContain('<h1>Keine weiteren Benachrichtigungen an anna@example.com?</h1>');
      expect(await read()).toMatchObject({ Active: true });
      for (const _ of [1, 2]) expect((await post(path)).status).toBe(200);
      expect(await read()).toMatchObject({
        Active: false,
        DisabledReason: 'The recipient unsubscribed by the link in a message.',
      });
    }
    const dueNow = (id: number): Promise<unknown> =>
      sql`update batchline.webhook_delivery set next_try = now() where subscription_id = ${id} and state = 'Waiting'`.execute(
        stage().server.database.sql,
      );

    test('my failed task is mailed in my language, with its error, link and duration', async () => {
      const { server, mail, kind } = stage();
      const anna = await server.associate(`anna-mail-${kind}`);
      const { Id } = await subscribe({ On: ['Failed'], Language: 'de', TimeZone: 'DE' }, anna);
      await run(anna);
      await fail(server.admin);
      const id = await fail(anna);
      await mail.until((received) => received.length > 0);
      const [{ to, text } = { to: '', text: '' }] = mail.received;
      expect(to).toBe('anna@example.com');
      expect(text).toContain(`csv-import ist fehlgeschlagen (Aufgabe ${id})`);
      expect(text).toContain(`https://batch.example.com/tasks/${id}`);
      expect(text).toContain('https://batch.example.com/notifications');
      expect(text).toMatch(/Fehler: .+/);
      expect(text).toContain('Dauer: ');
      await unsubscribes(anna, Id, text);
      const [one, ...others] = await delivered(Id, ([first]) => first?.State === 'Delivered');
      expect(one).toMatchObject({
        SubscriptionId: Id,
        TaskIds: [id],
        More: 0,
        Tries: 1,
        Status: 250,
        Error: '',
      });
      expect(others).toEqual([]);
    });

    test('a burst is one message at once and one a minute later, which counts what it does not list', async () => {
      const { server, mail } = stage();
      const { Id } = await subscribe({ On: ['Ended'] });
      const first = await run(server.admin);
      await mail.until((received) => received.length === 1);
      const more = 3;
      const wanted = MAX_NOTICES + more;
      await Promise.all(Array.from({ length: wanted }, () => run(server.admin)));
      const [digest, one] = await delivered(Id, ([last]) => last?.More === more);
      expect(one).toMatchObject({ State: 'Delivered', TaskIds: [first] });
      expect(digest).toMatchObject({ State: 'Waiting', Tries: 0 });
      expect(digest.TaskIds).toHaveLength(MAX_NOTICES);
      const waitMs = Date.parse(`${digest.NextTry}Z`) - Date.parse(`${one.Created}Z`);
      expect(waitMs).toBeGreaterThanOrEqual(DIGEST_SECONDS * 1000);
      await dueNow(Id);
      await mail.until((received) => received.length === 2);
      expect(mail.received[1]?.text).toContain(`Subject: ${wanted} notifications`);
      expect(mail.received[1]?.text).toContain(`${more} more are not listed here.`);
    });

    test('a temporary refusal is retried, a permanent one is recorded and not sent again', async () => {
      const { server, mail } = stage();
      const refused: string[] = [];
      mail.refuses = (step, address) => {
        if (step !== 'recipient') return undefined;
        refused.push(address);
        if (address === 'gone@example.com') return 550;
        return refused.filter((one) => one === address).length === 1 ? 451 : undefined;
      };
      const busy = await subscribe({ On: ['Ended'], Target: 'busy@example.com' });
      const gone = await subscribe({ On: ['Ended'], Target: 'gone@example.com' });
      await run(server.admin);
      const [sent] = await delivered(busy.Id, ([one]) => one?.State === 'Delivered');
      expect(sent).toMatchObject({ Tries: 2, Status: 250, Error: '' });
      const [dead] = await delivered(gone.Id, ([one]) => one?.State === 'Dead');
      expect(dead).toMatchObject({ Tries: 1, Status: 550, Error: expect.stringContaining('recipient') });
      expect(refused.filter((one) => one === 'gone@example.com')).toHaveLength(1);
    });

    test('while a message is retried, later notifications wait together', async () => {
      const { server, mail } = stage();
      mail.refuses = (step) => (step === 'message' ? 451 : undefined);
      const { Id } = await subscribe({ On: ['Ended'] });
      await run(server.admin);
      await delivered(Id, ([one]) => one?.Tries === 1);
      await sql`update batchline.webhook_delivery set next_try = now() + interval '1 hour' where subscription_id = ${Id}`.execute(
        server.database.sql,
      );
      await run(server.admin);
      await delivered(Id, (all) => all.length === 2);
      await sql`update batchline.webhook_delivery set next_try = now() where subscription_id = ${Id} and tries = 0`.execute(
        server.database.sql,
      );
      const last = await run(server.admin);
      const [digest] = await delivered(Id, ([one]) => one?.TaskIds.includes(last));
      expect(digest).toMatchObject({ Tries: 0, State: 'Waiting' });
      expect(digest.TaskIds).toHaveLength(2);
    });

    test('one task is reported to people who may see it, and others cannot subscribe to it', async () => {
      const { server, mail, kind } = stage();
      const anna = await server.associate(`anna-one-${kind}`);
      const bert = await server.associate(`bert-one-${kind}`);
      const id = await anna.start({
        Name: 'countdown',
        ParameterObject: { seconds: '0' },
        DelaySeconds: 3600,
      });
      const refused = await bert.call('POST', '/Subscriptions', {
        Channel: 'Email',
        Target: 'bert@example.com',
        On: ['Ended'],
        TaskId: id,
      });
      expect(refused).toMatchObject({ status: 404, body: { Code: 'task_not_found' } });
      await subscribe({ On: ['Ended'], TaskId: id });
      await run(anna);
      await anna.call('POST', `/BatchTask/${id}/Stop`);
      await mail.until((received) => received.length > 0);
      expect(mail.received).toHaveLength(1);
      expect(mail.received[0]?.text).toContain(`countdown was stopped (task ${id})`);
    });

    test('a late task, a definition that fails more than usual and a schedule that did not run are reported once', async () => {
      const { server, mail, receiver, kind } = stage();
      const { admin, database } = server;
      const { Id } = await subscribe({
        Channel: 'Webhook',
        Target: receiver.url,
        On: ['Late', 'FailureRate', 'ScheduleMissed'],
        Own: false,
        Names: ['countdown', 'csv-import'],
        LateSeconds: 60,
        FailurePercent: 50,
        Language: 'de',
      });
      const slow = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '3600' } });
      await admin.until(slow, (task) => task.State === 'Started');
      for (let failed = 0; failed < 5; failed += 1) await fail(admin);
      await sql`update batchline.task set last_started = now() - interval '150 seconds' where id = ${slow}`.execute(
        database.sql,
      );
      const check = (): Promise<unknown> =>
        sql`update batchline.subscription set checked = now() - interval '2 minutes' where id = ${Id}`.execute(
          database.sql,
        );
      await check();
      const [digest] = await delivered(Id, ([one]) => one?.State === 'Delivered');
      expect(digest.Occasions).toEqual(['Late', 'FailureRate']);
      expect(digest.TaskIds).toEqual([slow]);
      const [late, rate] = receiver.received[0]?.body.Notifications ?? [];
      expect(late).toMatchObject({ Occasion: 'Late', TaskId: slow, State: 'Started' });
      expect(late.Seconds).toBeGreaterThan(60);
      expect(rate).toMatchObject({ Occasion: 'FailureRate', Name: 'csv-import', WindowMinutes: 60 });
      expect(rate.Failed).toBeGreaterThanOrEqual(5);

      // Both have been reported: another check finds nothing new, but the schedule fails meanwhile.
      await sql`update batchline.task set last_started = now() - interval '300 seconds' where id = ${slow}`.execute(
        database.sql,
      );
      await check();
      const schedule = await admin.json('POST', '/Schedules', {
        Name: `missed-${kind}`,
        Definition: 'countdown',
        ParameterObject: { seconds: '0' },
        Cron: '* * * * * *',
      });
      await sql`update batchline.schedule set parameters = '{"seconds": "never"}' where id = ${schedule.Id}`.execute(
        database.sql,
      );
      const [next] = await delivered(Id, ([one]) => one?.Id !== digest.Id);
      await admin.json('DELETE', `/Schedules/${schedule.Id}`);
      expect(next).toMatchObject({ Occasions: ['ScheduleMissed'], TaskIds: [] });
      await dueNow(Id);
      await receiver.until((received) => received.length === 2);
      expect(receiver.received[1]?.body.Notifications[0]).toMatchObject({
        Occasion: 'ScheduleMissed',
        Schedule: `missed-${kind}`,
        Reason: expect.stringContaining('seconds'),
        Url: 'https://batch.example.com/schedules',
      });
      expect(mail.received).toEqual([]);
      await admin.call('POST', `/BatchTask/${slow}/Stop`);
    });

    test('Slack and Teams get messages in their formats, and their addresses are not shown', async () => {
      const { server, receiver } = stage();
      const target = `${receiver.url}-secret-1234`;
      const slack = await subscribe({ Channel: 'Slack', Target: target, On: ['Ended'] });
      const teams = await subscribe({ Channel: 'Teams', Target: target, On: ['Ended'] });
      for (const { Id, Target, Secret } of [slack, teams]) {
        expect([Target, Secret]).toEqual([`${new URL(target).origin}/…1234`, undefined]);
        const changed = await server.admin.json('PATCH', `/Subscriptions/${Id}`, { Own: false });
        expect(changed.Target).not.toContain('secret');
      }
      const id = await run(server.admin);
      await receiver.until((received) => received.length === 2);
      const bodies = receiver.received.map(({ body }) => body);
      const title = `countdown succeeded (task ${id})`;
      expect(bodies.find((body) => body.blocks)).toMatchObject({
        text: title,
        blocks: [{ type: 'section' }, {}],
      });
      const card = bodies.find((body) => body.type === 'message').attachments[0];
      expect(card.contentType).toBe('application/vnd.microsoft.card.adaptive');
      expect(JSON.stringify(card.content)).toContain(title);
      expect(receiver.received[0]?.headers['webhook-signature']).toBeUndefined();
    });

    test('a webhook gets the notifications signed', async () => {
      const { server, receiver } = stage();
      const { Secret, ...made } = await subscribe({
        Channel: 'Webhook',
        Target: receiver.url,
        On: ['Ended'],
        Names: ['Countdown'],
      });
      const id = await run(server.admin);
      await receiver.until((received) => received.length > 0);
      const [one] = receiver.received;
      expect(one && isSigned(Secret, one)).toBe(true);
      expect(one?.body).toMatchObject({
        Type: 'notification',
        SubscriptionId: made.Id,
        Text: `countdown succeeded (task ${id})`,
        Notifications: [
          { Occasion: 'Ended', TaskId: id, State: 'Succeeded', Url: `https://batch.example.com/tasks/${id}` },
        ],
        More: 0,
      });
      expect(await server.admin.json('GET', `/Subscriptions/${made.Id}`)).toEqual(made);
    });

    test('a test is sent at once and returns its outcome, and not twice in a row', async () => {
      const { server, mail, kind } = stage();
      const { Id } = await subscribe({ On: ['Failed'] });
      mail.refuses = (step) => (step === 'recipient' ? 550 : undefined);
      const failed = await server.admin.json('POST', `/Subscriptions/${Id}/Test`);
      expect(failed).toMatchObject({
        State: 'Dead',
        Status: 550,
        Error: expect.stringContaining('the SMTP server refused the sender or recipient'),
      });
      expect((await server.admin.call('POST', `/Subscriptions/${Id}/Test`)).status).toBe(429);
      mail.refuses = () => undefined;

      // It can be sent again, but not at once, and only by its owner.
      const again = `/Subscriptions/${Id}/Deliveries/${failed.Id}/Redeliver`;
      expect((await server.admin.call('POST', again)).status).toBe(429);
      await sql`update batchline.webhook_delivery set ended = now() - interval '1 minute' where id = ${failed.Id}`.execute(
        server.database.sql,
      );
      const stranger = await server.associate(`stranger-${kind}`);
      expect((await stranger.call('POST', again)).status).toBe(404);
      expect((await server.admin.call('POST', again.replace(failed.Id, '999999'))).status).toBe(404);
      await server.admin.json('PATCH', `/Subscriptions/${Id}`, { Active: false });
      expect((await server.admin.call('POST', again)).status).toBe(409);
      await server.admin.json('PATCH', `/Subscriptions/${Id}`, { Active: true });
      expect(await server.admin.json('POST', again)).toMatchObject({
        Id: failed.Id,
        State: 'Waiting',
        Tries: 0,
      });
      await delivered(Id, ([first]) => first?.State === 'Delivered');
      mail.received.splice(0);
      const other = await subscribe({ On: ['Failed'] });
      expect(await server.admin.json('POST', `/Subscriptions/${other.Id}/Test`)).toMatchObject({
        State: 'Delivered',
        TaskIds: [],
        Error: '',
      });
      expect(mail.received[0]?.text).toContain('Subject: Test of notifications');
    });

    test('what is not accepted is refused, and changes nothing', async () => {
      const { server, kind } = stage();
      const create = (body: object): Promise<Any> =>
        server.admin.call('POST', '/Subscriptions', {
          Channel: 'Email',
          Target: 'anna@example.com',
          On: ['Ended'],
          ...body,
        });
      for (const [body, text] of [
        [{ Target: 'anna@other.com' }, 'addresses of example.com are accepted (BATCHLINE_MAIL_DOMAINS)'],
        [{ Target: 'anna' }, 'anna@example.com is accepted'],
        [{ Channel: 'Webhook', Target: 'ftp://example.com' }, 'http: and https: are'],
        [{ Channel: 'Fax' }, 'Channel'],
        [{ On: ['Sometimes'] }, 'On'],
        [{ On: ['Late'] }, 'LateSeconds is missing'],
        [{ On: ['Late'], LateSeconds: 5 }, 'LateSeconds'],
        [{ Language: '?' }, 'a language code'],
        [{ TimeZone: 'Mars' }, 'Europe/Oslo'],
      ] as const) {
        const { status, body: error } = await create(body);
        expect([status, error.Message]).toEqual([400, expect.stringContaining(text)]);
      }
      expect(await server.admin.json('GET', '/Subscriptions')).toEqual([]);
      const { Id } = await subscribe({ On: ['Ended'] });
      const change = await server.admin.call('PATCH', `/Subscriptions/${Id}`, { Target: 'anna@other.com' });
      expect(change.status).toBe(400);
      expect(
        await server.admin.json('PATCH', `/Subscriptions/${Id}`, { On: ['Failed'], Own: false }),
      ).toMatchObject({ Target: 'anna@example.com', On: ['Failed'], Own: false });
      const bert = await server.associate(`bert-other-${kind}`);
      const rate = { Channel: 'Email', Target: 'bert@example.com', On: ['FailureRate'] };
      expect((await bert.call('POST', '/Subscriptions', rate)).status).toBe(403);
      expect(await bert.json('GET', '/Subscriptions')).toEqual([]);
      expect((await bert.call('DELETE', `/Subscriptions/${Id}`)).status).toBe(404);
    });
  });
}
