import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN } from '../support/associates.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import {
  errorCarrier,
  expectError,
  recordOf,
  runningTask,
  startConformanceServer,
  taskIn,
} from './helpers.ts';

const FORBIDDEN = 'SoSentryException';
const UNAUTHENTICATED = 'SoUnauthorizedException';

describe.each(DATABASES)('sign-in and rights on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  let owner: ApiClient;
  let other: ApiClient;
  let viewer: ApiClient;
  /** Bound to tenant Cust1: an associate and an administrator. */
  let tina: ApiClient;
  let tara: ApiClient;
  /** Bound to tenant Cust2. */
  let tom: ApiClient;
  beforeAll(async () => {
    server = await startConformanceServer(kind);
    admin = server.admin;
    [owner, other, viewer, tina, tara, tom] = await Promise.all([
      server.associate('owner'),
      server.associate('other'),
      server.associate('viewer', { roles: ['viewer'] }),
      server.associate('tina', { tenant: 'Cust1' }),
      server.associate('tara', { tenant: 'Cust1', roles: ['administrator'] }),
      server.associate('tom', { tenant: 'Cust2' }),
    ]);
  });
  afterAll(() => server?.stop());

  const basic = (login: string, password: string) =>
    `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
  const whole = (method: string) => (method === 'PUT' ? { Description: 'changed' } : undefined);
  /** The statuses of reading, changing, stopping and deleting a task, in this order; the last two act on it. */
  const statuses = async (client: ApiClient, id: number): Promise<number[]> => {
    const found: number[] = [];
    for (const [method, path] of [
      ['GET', `/BatchTask/${id}`],
      ['PUT', `/BatchTask/${id}`],
      ['POST', `/BatchTask/${id}/Stop`],
      ['DELETE', `/BatchTask/${id}`],
    ] as const) {
      found.push((await client.call(method, path, whole(method))).status);
    }
    return found;
  };

  describe('sign-in', () => {
    test('a call without a sign-in is 401 and tells how to sign in', async () => {
      const response = await fetch(`${server.url}/api/v1/BatchTask/1`);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(
        /^Basic realm="[^"]+".*, Bearer realm="[^"]+"/,
      );
      const body = (await response.json()) as { Message: string };
      expect(body).toEqual(errorCarrier({ body }, UNAUTHENTICATED));
      expect(body.Message).toMatch(/Authorization.*Basic.*Bearer/);
    });

    const wrong: [string, () => string][] = [
      ['an empty header', () => ' '],
      ['a scheme that is not accepted', () => 'Digest username="admin"'],
      ['a scheme without credentials', () => 'Basic'],
      ['Basic that is no base64', () => 'Basic !!!'],
      ['Basic without a colon', () => `Basic ${Buffer.from('admin').toString('base64')}`],
      ['a wrong password', () => basic(ADMIN.login, 'wrong horse')],
      ['no password', () => basic(ADMIN.login, '')],
      ['a password that is longer', () => basic(ADMIN.login, `${ADMIN.password} `)],
      ['a password in other casing', () => basic(ADMIN.login, ADMIN.password.toUpperCase())],
      ['a login that is not there', () => basic('nobody', ADMIN.password)],
      ['no login', () => basic('', ADMIN.password)],
      ['a login with a quote', () => basic("admin' or '1'='1", ADMIN.password)],
      ['a login with a NUL', () => basic('admin\0', ADMIN.password)],
      ['a token that is not there', () => 'Bearer 8A:batchline.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
      ['a token that is garbage', () => 'Bearer x'],
      ['a bare token', () => owner.authorization.replace(/^\S+ /, '')],
    ];
    test.each(wrong)('%s is 401', async (_what, authorization) => {
      const headers = { Authorization: authorization() };
      for (const [method, path] of [
        ['GET', '/BatchTask/All'],
        ['POST', '/BatchTask'],
      ] as const) {
        const answer = await admin.call(
          method,
          path,
          method === 'POST' ? { Name: 'held' } : undefined,
          headers,
        );
        expectError(answer, 401, UNAUTHENTICATED);
        expect(answer.headers.get('www-authenticate')).toMatch(/Basic.*Bearer/);
      }
    });

    test('it does not tell which of login and password was wrong', async () => {
      const message = async (authorization: string) =>
        (await admin.call('GET', '/BatchTask/All', undefined, { Authorization: authorization })).body.Message;
      expect(await message(basic('nobody', 'wrong horse'))).toBe(
        await message(basic(ADMIN.login, 'wrong horse')),
      );
    });

    test('the scheme and the login come in any casing, a password with colons and umlauts as it is', async () => {
      await admin.json('POST', '/Users', { Login: 'Übel', Password: 'a:b:ü:😀:c' });
      for (const login of ['Übel', 'übel']) {
        for (const scheme of ['Basic', 'basic', 'BASIC']) {
          const header = basic(login, 'a:b:ü:😀:c').replace('Basic', scheme);
          const answer = await admin.call('GET', '/BatchTask/All', undefined, { Authorization: header });
          expect(answer.status).toBe(200);
        }
      }
    });

    test('a token signs in as its associate, with the scheme in any casing', async () => {
      const token = await owner.withToken(['read', 'write']);
      expect(token.authorization).toMatch(/^Bearer 8A:batchline\.[\w-]{43}$/);
      const id = await taskIn('New', token);
      expect((await owner.task(id)).AssociateId).toBe(owner.associateId);
      const shouted = token.authorization.replace('Bearer', 'BEARER');
      const answer = await admin.call('GET', `/BatchTask/${id}`, undefined, { Authorization: shouted });
      expect(answer.status).toBe(200);
      expect((await tina.withToken(['read'])).authorization).toMatch(/^Bearer 8A:Cust1\./);
    });

    test('a token that has expired or was revoked is 401', async () => {
      const expired = await owner.json('POST', '/Tokens', { Name: 'short', ExpiresInDays: 1 });
      const headers = { Authorization: `Bearer ${expired.Token}` };
      await sql`update batchline.api_token set expires = now() - interval '1 second' where id = ${expired.Id}`.execute(
        server.database.sql,
      );
      expectError(
        await owner.call('GET', '/BatchTask/All', undefined, headers),
        401,
        UNAUTHENTICATED,
        'token',
      );
      const revoked = await owner.json('POST', '/Tokens', { Name: 'revoked' });
      const other_ = { Authorization: `Bearer ${revoked.Token}` };
      expect((await owner.call('GET', '/BatchTask/All', undefined, other_)).status).toBe(200);
      await owner.json('DELETE', `/Tokens/${revoked.Id}`);
      expectError(await owner.call('GET', '/BatchTask/All', undefined, other_), 401, UNAUTHENTICATED);
    });

    test('a disabled associate gets 401 immediately, with password and with token', async () => {
      const leaver = await server.associate('leaver');
      const token = await leaver.withToken(['read']);
      expect((await token.call('GET', '/BatchTask/All')).status).toBe(200);
      await admin.json('PATCH', `/Users/${leaver.associateId}`, { Disabled: true });
      for (const client of [leaver, token])
        expectError(await client.call('GET', '/BatchTask/All'), 401, UNAUTHENTICATED);
      await admin.json('PATCH', `/Users/${leaver.associateId}`, { Disabled: false });
      expect((await token.call('GET', '/BatchTask/All')).status).toBe(200);
    });

    test('a changed password counts at once, and the old one no longer', async () => {
      const changer = await server.associate('changer');
      await changer.json('PATCH', `/Users/${changer.associateId}`, { Password: 'another password' });
      expectError(await changer.call('GET', '/BatchTask/All'), 401, UNAUTHENTICATED);
      const again = await ApiClient.signIn(server.url, 'changer', 'another password');
      expect(again.associateId).toBe(changer.associateId);
    });
  });

  test('associates and tokens have no names that a database can not hold', async () => {
    for (const [path, body] of [
      ['/Users', { Login: 'a\0b', Password: 'a password' }],
      ['/Users', { Login: 'ab', Name: 'a\0b', Password: 'a password' }],
      ['/Users', { Login: 'ab', DatabaseSerialNumber: 'a\0b', Password: 'a password' }],
      ['/Tokens', { Name: 'a\0b' }],
      ['/Tokens', { Name: 'x', AssociateId: 2_147_483_648 }],
    ] as const) {
      expectError(await admin.call('POST', path, body), 400, 'ArgumentException');
    }
  });

  describe('what a relation to a task allows', () => {
    const rows: [string, () => ApiClient, string, string, number[]][] = [
      ['the owner', () => owner, 'Select, Update, Delete', 'Update', [200, 200, 200, 204]],
      ['an administrator', () => admin, 'FULL', 'Update', [200, 200, 200, 204]],
      ['a viewer', () => viewer, 'Select', 'Read', [200, 403, 403, 403]],
    ];
    test.each(rows)('%s sees the rights that are enforced', async (_who, client, mask, field, expected) => {
      const id = await taskIn('New', owner);
      const task = await client().task(id);
      expect(task.TableRight).toEqual({
        Mask: mask,
        Reason: mask === 'Select' ? expect.stringMatching(/./) : '',
      });
      for (const [name, property] of Object.entries<{ FieldRight: { Mask: string } }>(task.FieldProperties)) {
        const editable = ['State', 'Description', 'Response', 'Request'].includes(name);
        expect([name, property.FieldRight.Mask]).toEqual([name, editable ? field : 'Read']);
      }
      const before = await recordOf(server, id);
      expect(await statuses(client(), id)).toEqual(expected);
      if (expected.includes(403)) expect(await recordOf(server, id)).toEqual(before);
    });

    test('another associate finds nothing, and cannot tell it from a task that is not there', async () => {
      const id = await taskIn('New', owner);
      const before = await recordOf(server, id);
      expect(await statuses(other, id)).toEqual([404, 404, 404, 404]);
      for (const path of [`/BatchTask/${id}/Audit`, `/BatchTask/${id}/File`])
        expectError(await other.call('GET', path), 404, 'SoNotFoundException');
      // For agents that is no error (contract, section 3).
      for (const [method, body, status, text] of [
        ['GetBatchTaskInfo', { Id: id }, 200, 'null'],
        ['StopBatchJob', { Id: id }, 200, 'false'],
        ['UpdateBatchTask', { Id: id, State: 'Failed' }, 200, 'null'],
        ['DeleteBatchTask', { BatchTaskId: id }, 204, ''],
        ['DeleteBatchTasks', { BatchTaskIds: [id] }, 204, ''],
      ] as const) {
        const answer = await other.call('POST', `/Agents/Batch/${method}`, body);
        expect([method, answer.status, answer.text]).toEqual([method, status, text]);
      }
      const hidden = await other.call('GET', `/BatchTask/${id}`);
      const unknown = await other.call('GET', '/BatchTask/2147483647');
      expect(hidden.text.replaceAll(`task ${id}.`, 'task 2147483647.')).toBe(unknown.text);
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('an invalid body reveals nothing to a stranger either', async () => {
      const id = await taskIn('Succeeded', owner);
      expect((await other.call('PUT', `/BatchTask/${id}`, { State: 'Aquired' })).status).toBe(404);
      expect((await viewer.call('PUT', `/BatchTask/${id}`, { State: 'Aquired' })).status).toBe(403);
    });

    test.each([
      ['an associate', () => owner],
      ['a viewer', () => viewer],
    ])('%s sees a system task and changes nothing in it', async (_who, client) => {
      const id = await taskIn('New', admin, { IsSystemTask: true });
      const task = await client().task(id);
      expect(task).toMatchObject({
        AssociateId: 0,
        IsSystemTask: true,
        TableRight: { Mask: 'Select', Reason: expect.stringContaining('administrators') },
      });
      expect(task.FieldProperties.State.FieldRight).toEqual({ Mask: 'Read', Reason: task.TableRight.Reason });
      const before = await recordOf(server, id);
      expect(await statuses(client(), id)).toEqual([200, 403, 403, 403]);
      expectError(
        await client().call('PUT', `/BatchTask/${id}`, { State: 'Failed' }),
        403,
        FORBIDDEN,
        `update batch task ${id}`,
        'administrators',
      );
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('an administrator has full rights on system tasks', async () => {
      const id = await taskIn('New', admin, { IsSystemTask: true });
      expect((await admin.task(id)).TableRight).toEqual({ Mask: 'FULL', Reason: '' });
      expect(await statuses(admin, id)).toEqual([200, 200, 200, 204]);
    });

    test('a viewer owns tasks like everyone', async () => {
      const id = await taskIn('New', viewer);
      expect((await viewer.task(id)).TableRight.Mask).toBe('Select, Update, Delete');
      expect(await statuses(viewer, id)).toEqual([200, 200, 200, 204]);
    });

    test('a viewer lists the tasks of others, an associate does not', async () => {
      const id = await taskIn('New', owner);
      const list = async (client: ApiClient) =>
        (
          await client.json('POST', '/Agents/Batch/GetBatchTaskInfosByAssociates', {
            AssociateIds: [owner.associateId],
          })
        ).map((task: { Id: number }) => task.Id);
      expect(await list(viewer)).toContain(id);
      expect(await list(admin)).toContain(id);
      expect(await list(other)).toEqual([]);
    });
  });

  describe('Start', () => {
    test('of another is for administrators; for others the caller is the owner', async () => {
      const byAdmin = await admin.start({ Name: 'held', AssociateId: owner.associateId });
      expect(await owner.task(byAdmin)).toMatchObject({
        AssociateId: owner.associateId,
        IsSystemTask: false,
      });
      for (const client of [owner, viewer]) {
        const id = await client.start({ Name: 'held', AssociateId: other.associateId });
        expect((await client.task(id)).AssociateId).toBe(client.associateId);
      }
    });

    test('of a system task is for administrators', async () => {
      const id = await admin.start({ Name: 'held', IsSystemTask: true, AssociateId: owner.associateId });
      expect(await admin.task(id)).toMatchObject({ AssociateId: 0, IsSystemTask: true });
      for (const client of [owner, viewer]) {
        for (const [path, body] of [
          ['/BatchTask', { Name: 'held', IsSystemTask: true }],
          ['/Agents/Batch/StartBatchJob', { batchTaskInfo: { Name: 'held', IsSystemTask: true } }],
        ] as const) {
          expectError(await client.call('POST', path, body), 403, FORBIDDEN, 'IsSystemTask');
        }
      }
    });
  });

  describe('a token', () => {
    test('that may only read sees what its owner sees, and changes nothing', async () => {
      const reader = await owner.withToken(['read']);
      const id = await taskIn('New', owner);
      const task = await reader.task(id);
      expect(task.TableRight).toEqual({ Mask: 'Select', Reason: expect.stringContaining('read') });
      expect(task.FieldProperties.Description.FieldRight.Mask).toBe('Read');
      const before = await recordOf(server, id);
      expect(await statuses(reader, id)).toEqual([200, 403, 403, 403]);
      for (const [path, body] of [
        ['/BatchTask', { Name: 'held' }],
        ['/Agents/Batch/StartBatchJob', { batchTaskInfo: { Name: 'held' } }],
        ['/Agents/Batch/StopBatchJob', { Id: id }],
        ['/Agents/Batch/UpdateBatchTask', { Id: id, Description: 'x' }],
        ['/Agents/Batch/DeleteBatchTask', { BatchTaskId: id }],
        ['/Agents/Batch/DeleteBatchTasks', { BatchTaskIds: [id] }],
        ['/Uploads?Name=x.csv', 'x'],
      ] as const) {
        expectError(await reader.call('POST', path, body), 403, FORBIDDEN);
      }
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('of an administrator that may only read changes nothing either', async () => {
      const reader = await admin.withToken(['read']);
      const id = await taskIn('New', admin);
      expect((await reader.task(id)).TableRight.Mask).toBe('Select');
      expect(await statuses(reader, id)).toEqual([200, 403, 403, 403]);
    });

    test('of an administrator without the scope admin has the rights of an associate', async () => {
      const plain = await admin.withToken(['read', 'write']);
      const id = await taskIn('New', owner);
      expect(await statuses(plain, id)).toEqual([404, 404, 404, 404]);
      const own = await taskIn('New', plain, { AssociateId: owner.associateId });
      expect(await plain.task(own)).toMatchObject({
        AssociateId: admin.associateId,
        TableRight: { Mask: 'Select, Update, Delete' },
      });
      expectError(
        await plain.call('POST', '/BatchTask', { Name: 'held', IsSystemTask: true }),
        403,
        FORBIDDEN,
      );
      expectError(await plain.call('GET', '/Users'), 403, FORBIDDEN);
      const full = await admin.withToken(['read', 'write', 'admin']);
      expect((await full.task(id)).TableRight.Mask).toBe('FULL');
    });

    test('gives no token more than it has, and none for others', async () => {
      const plain = await admin.withToken(['read', 'write']);
      const more = { Name: 'more', Scopes: ['read', 'admin'] };
      expectError(await plain.call('POST', '/Tokens', more), 403, FORBIDDEN, 'admin');
      const others = { Name: 'other', AssociateId: admin.associateId };
      expectError(await owner.call('POST', '/Tokens', others), 403, FORBIDDEN);
      const { Id } = await admin.json('POST', '/Tokens', { Name: 'kept' });
      expectError(await owner.call('DELETE', `/Tokens/${Id}`), 404, 'SoNotFoundException');
    });

    test('with the scope admin makes no administrator of an associate', async () => {
      const { Token } = await owner.json('POST', '/Tokens', {
        Name: 'x',
        Scopes: ['read', 'write', 'admin'],
      });
      const headers = { Authorization: `Bearer ${Token}` };
      const id = await taskIn('New', other);
      expect((await owner.call('GET', `/BatchTask/${id}`, undefined, headers)).status).toBe(404);
      expectError(await owner.call('GET', '/Users', undefined, headers), 403, FORBIDDEN);
    });
  });

  describe('tenants', () => {
    test('an associate of a tenant starts in it, and only in it', async () => {
      const id = await taskIn('New', tina);
      expect((await tina.task(id)).DatabaseSerialNumber).toBe('Cust1');
      const elsewhere = { Name: 'held', DatabaseSerialNumber: 'Cust2' };
      for (const client of [tina, tara])
        expectError(await client.call('POST', '/BatchTask', elsewhere), 403, FORBIDDEN, 'Cust2', 'Cust1');
      expect(
        (await tina.task(await tina.start({ ...elsewhere, DatabaseSerialNumber: 'Cust1' }))).Id,
      ).toBeGreaterThan(id);
    });

    test("another tenant's data doesn't exist, for associates and the tenant's administrator", async () => {
      const id = await taskIn('New', tom);
      const system = await taskIn('New', admin, { IsSystemTask: true, DatabaseSerialNumber: 'Cust2' });
      const before = await recordOf(server, id, system);
      for (const client of [tina, tara]) {
        expect(await statuses(client, id)).toEqual([404, 404, 404, 404]);
        expect(await statuses(client, system)).toEqual([404, 404, 404, 404]);
        const mixed = await taskIn('New', client);
        const both = { BatchTaskIds: [mixed, id] };
        expect((await client.call('POST', '/Agents/Batch/DeleteBatchTasks', both)).status).toBe(204);
        expect((await client.call('GET', `/BatchTask/${mixed}`)).status).toBe(404);
      }
      expect(await recordOf(server, id, system)).toEqual(before);
      const seen = await tara.json('POST', '/Agents/Batch/GetBatchTaskInfosByAssociates', {
        AssociateIds: [tom.associateId, 0, admin.associateId, -1],
      });
      expect(
        new Set(seen.map((task: { DatabaseSerialNumber: string }) => task.DatabaseSerialNumber)),
      ).toEqual(new Set(['Cust1']));
      const everything = await tara.json('POST', '/Agents/Batch/GetAllBatchTaskInfosByName', {
        TaskName: '',
      });
      expect(
        everything.filter((task: { DatabaseSerialNumber: string }) => task.DatabaseSerialNumber !== 'Cust1'),
      ).toEqual([]);
      const systems = await tina.json('POST', '/Agents/Batch/GetSystemBatchTaskInfosByName', {
        TaskName: 'held',
      });
      expect(systems).toEqual([]);
    });

    test('the administrator of a tenant has full rights in it', async () => {
      const id = await taskIn('New', tina);
      expect((await tara.task(id)).TableRight.Mask).toBe('FULL');
      expect(await statuses(tara, id)).toEqual([200, 200, 200, 204]);
      const system = await taskIn('New', tara, { IsSystemTask: true });
      expect(await tina.task(system)).toMatchObject({ IsSystemTask: true, DatabaseSerialNumber: 'Cust1' });
    });

    test('the customer in the address must agree with the sign-in (section 6a)', async () => {
      const under = (customer: string, authorization: string) =>
        fetch(`${server.url}/${customer}/api/v1/BatchTask/All`, {
          headers: { Authorization: authorization },
        });
      expect((await under('Cust1', tina.authorization)).status).toBe(200);
      expect((await under('CUST1', tina.authorization)).status).toBe(200);
      const refused = await under('Cust2', tina.authorization);
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({
        Error: true,
        ErrorType: 'SoNotFoundException',
        Message: expect.stringMatching(/Cust2.*Cust1/),
      });
      const token = await tina.withToken(['read']);
      expect((await under('Cust2', token.authorization)).status).toBe(404);
      expect((await under('Cust1', 'Basic x')).status).toBe(401);
    });
  });

  describe('Stop', () => {
    test('of a run by its owner and by an administrator only', async () => {
      for (const client of [owner, admin]) {
        const id = await runningTask(owner, 'wait');
        expectError(await other.call('POST', `/BatchTask/${id}/Stop`), 404, 'SoNotFoundException');
        expectError(
          await viewer.call('POST', `/BatchTask/${id}/Stop`),
          403,
          FORBIDDEN,
          `stop batch task ${id}`,
        );
        expect((await owner.task(id)).State).toBe('Started');
        expect(await client.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
        expect((await owner.ended(id)).State).toBe('Failed');
        expect(await client.json('POST', `/BatchTask/${id}/Stop`)).toBe(false);
      }
    });

    test('of what can not be cancelled is false, and the rights come first', async () => {
      const id = await runningTask(owner, 'cannot-cancel');
      expect(await owner.json('POST', `/BatchTask/${id}/Stop`)).toBe(false);
      expect((await other.call('POST', `/BatchTask/${id}/Stop`)).status).toBe(404);
      expect((await viewer.call('POST', `/BatchTask/${id}/Stop`)).status).toBe(403);
      expect((await owner.task(id)).State).toBe('Started');
      await owner.json('PUT', `/BatchTask/${id}`, { State: 'Failed' });
    });
  });

  describe('Deletes', () => {
    const remove = (client: ApiClient, ...some: number[]) =>
      client.call('POST', '/Agents/Batch/DeleteBatchTasks', { BatchTaskIds: some });

    test('delete all or none if one may not be deleted, and pass over what the caller may not see', async () => {
      const own = await taskIn('Failed', owner);
      const another = await taskIn('Failed', owner);
      const others = await taskIn('Failed', other);
      const system = await taskIn('Failed', admin, { IsSystemTask: true });
      const before = await recordOf(server, own, others, system);
      expectError(await remove(owner, own, system), 403, FORBIDDEN, String(system));
      expectError(await remove(viewer, own), 403, FORBIDDEN, String(own));
      expect((await remove(owner, another, others)).status).toBe(204);
      expect((await admin.call('GET', `/BatchTask/${another}`)).status).toBe(404);
      expect(await recordOf(server, own, others, system)).toEqual(before);
      expect((await remove(admin, own, others, system)).status).toBe(204);
      for (const id of [own, others, system])
        expect((await admin.call('GET', `/BatchTask/${id}`)).status).toBe(404);
    });

    test('delete all or none where one is running', async () => {
      const waiting = await taskIn('New', owner);
      const running = await runningTask(owner, 'wait');
      const before = await recordOf(server, waiting);
      expectError(await remove(owner, waiting, running), 409, 'SoConflictException', String(running), 'stop');
      expect(await recordOf(server, waiting)).toEqual(before);
      expect((await owner.task(running)).State).toBe('Started');
      await owner.json('POST', `/BatchTask/${running}/Stop`);
      await owner.ended(running);
      expect((await remove(owner, waiting, running)).status).toBe(204);
    });
  });
});
