import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../../src/core/access.ts';
import { getWebhook } from '../../../src/db/queries/webhook.ts';
import { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const EXPORT = { Name: 'table-export', ParameterObject: { format: 'jsonl', columns: ['Id'] } };
const NEVER = '0 0 1 1 *';

/** Everything that a sign-in creates has at most the rights of that sign-in (docs/sign-in.md). */
describe.each(DATABASES)('what a sign-in makes, on %s', (kind) => {
  let server: TestServer;
  let issuer: OidcIssuer;
  /** A task that only administrators and viewers see, beside its owner. */
  let foreign: number;

  beforeAll(async () => {
    issuer = await startOidcIssuer();
    server = await startTestServer(kind, {
      env: {
        BATCHLINE_OIDC_ISSUER: issuer.url,
        BATCHLINE_OIDC_AUDIENCE: 'batchline',
        BATCHLINE_OIDC_ROLES_CLAIM: 'roles',
        BATCHLINE_OIDC_TENANT_CLAIM: 'tenant',
        BATCHLINE_OIDC_SCOPES_CLAIM: 'scope',
      },
    });
    const other = await server.associate('other');
    foreign = await other.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
    await other.ended(foreign);
  });
  afterAll(async () => {
    await server?.stop();
    await issuer?.stop();
  });

  /** The ids that an export has written. */
  const exported = async (client: ApiClient, id: number): Promise<number[]> => {
    expect(await client.ended(id)).toMatchObject({ State: 'Succeeded' });
    const { text } = await client.call('GET', `/BatchTask/${id}/File`);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).Id as number);
  };
  const seen = async (client: ApiClient, id: number): Promise<boolean> =>
    (await exported(client, id)).includes(foreign);
  const status = async (client: ApiClient, method: string, path: string, body?: unknown): Promise<number> =>
    (await client.call(method, path, body)).status;
  const jwt = async (login: string, claims: Record<string, unknown>): Promise<ApiClient> => {
    const token = await issuer.token({
      preferred_username: login,
      tenant: 'main',
      roles: [],
      scope: 'read write admin worker',
      ...claims,
    });
    return ApiClient.withAuthorization(server.url, `Bearer ${token}`);
  };

  describe('tasks', () => {
    test('an export holds what the sign-in may see, and not what its associate may', async () => {
      const viewer = await server.associate('viewing', { roles: ['viewer'] });
      const plain = await server.associate('plain');
      for (const [client, sees] of [
        [server.admin, true],
        [await server.admin.withToken(['write']), false],
        [await server.admin.withToken(['read', 'write']), false],
        [await server.admin.withToken(['write', 'admin']), true],
        [viewer, true],
        [await viewer.withToken(['write']), true],
        [plain, false],
      ] as const) {
        expect(await status(client, 'GET', `/BatchTask/${foreign}`)).toBe(sees ? 200 : 404);
        expect(await seen(client, await client.start(EXPORT))).toBe(sees);
      }
    });

    test('a task for another associate sees what that associate sees', async () => {
      const owner = await server.associate('beneficiary');
      const id = await server.admin.start({ ...EXPORT, AssociateId: owner.associateId });
      expect(await seen(owner, id)).toBe(false);
      expect(await seen(server.admin, await server.admin.start({ ...EXPORT, IsSystemTask: true }))).toBe(
        true,
      );
    });

    test('a copy has the rights of the sign-in that makes it', async () => {
      const writer = await server.admin.withToken(['write']);
      const wide = await server.admin.start(EXPORT);
      expect(await seen(writer, await writer.json('POST', `/BatchTask/${wide}/Copy`))).toBe(false);
      const narrow = await writer.start(EXPORT);
      expect(await seen(server.admin, await server.admin.json('POST', `/BatchTask/${narrow}/Copy`))).toBe(
        true,
      );
    });

    test.each([
      ['Restart', (client: ApiClient, id: number) => client.json('POST', `/BatchTask/${id}/Restart`)],
      [
        'Bulk',
        (client: ApiClient, id: number) =>
          client.json('POST', '/BatchTask/Bulk', { Action: 'Restart', Filter: `batchTaskId eq ${id}` }),
      ],
      ['PUT', (client: ApiClient, id: number) => client.json('PUT', `/BatchTask/${id}`, { State: 'New' })],
    ])('another run by %s has the rights of both sign-ins at most', async (_how, restart) => {
      const writer = await server.admin.withToken(['write']);
      for (const [starts, restarts] of [
        [server.admin, writer],
        [writer, server.admin],
      ] as const) {
        await server.admin.json('POST', '/Definitions/table-export/Pause');
        const id = await starts.start(EXPORT);
        await starts.json('PUT', `/BatchTask/${id}`, { State: 'Failed' });
        await server.admin.json('POST', '/Definitions/table-export/Resume');
        await restart(restarts, id);
        expect(await seen(server.admin, id)).toBe(false);
      }
    });

    test('a demoted or disabled owner takes the rights along', async () => {
      const former = await server.associate('former', { roles: ['administrator'] });
      await server.admin.json('POST', '/Definitions/table-export/Pause');
      const id = await former.start(EXPORT);
      await server.admin.json('PATCH', `/Users/${former.associateId}`, { Roles: [] });
      await server.admin.json('POST', '/Definitions/table-export/Resume');
      expect(await seen(server.admin, id)).toBe(false);
    });
  });

  describe('schedules', () => {
    const make = (client: ApiClient, Name: string, more: object = {}): Promise<{ Id: number }> =>
      client.json('POST', '/Schedules', {
        Name,
        Definition: EXPORT.Name,
        ParameterObject: EXPORT.ParameterObject,
        Cron: NEVER,
        ...more,
      });
    const run = (client: ApiClient, id: number): Promise<number> =>
      client.json('POST', `/Schedules/${id}/RunNow`);

    test('start tasks with what their maker had, and no more than the one who runs them now', async () => {
      const writer = await server.admin.withToken(['write']);
      const wide = await make(server.admin, 'wide');
      const narrow = await make(writer, 'narrow');
      expect(await seen(server.admin, await run(server.admin, wide.Id))).toBe(true);
      expect(await seen(server.admin, await run(writer, wide.Id))).toBe(false);
      expect(await seen(server.admin, await run(server.admin, narrow.Id))).toBe(false);
    });

    test('a change by a sign-in with fewer rights narrows them, a pause does not', async () => {
      const writer = await server.admin.withToken(['write']);
      const { Id } = await make(server.admin, 'changed');
      await writer.json('POST', `/Schedules/${Id}/Pause`);
      expect(await seen(server.admin, await run(server.admin, Id))).toBe(true);
      await writer.json('PUT', `/Schedules/${Id}`, { Cron: '5 0 1 1 *' });
      expect(await seen(server.admin, await run(server.admin, Id))).toBe(false);
      await server.admin.json('PUT', `/Schedules/${Id}`, { Cron: NEVER });
      expect(await seen(server.admin, await run(server.admin, Id))).toBe(false);
    });
  });

  describe('tokens', () => {
    const expiryOf = async (id: number): Promise<string | null> =>
      (await server.admin.json('GET', '/Tokens')).find((token: { Id: number }) => token.Id === id).Expires;
    const make = (client: ApiClient, body: object = {}) =>
      client.json('POST', '/Tokens', { Name: 'child', ...body });
    const bearer = ({ Token }: { Token: string }): Promise<ApiClient> =>
      ApiClient.withAuthorization(server.url, `Bearer ${Token}`);

    test.each([
      [['read'], 403],
      [['admin'], 403],
      [['read', 'admin'], 403],
      [['worker'], 403],
      [['write'], 201],
      [['read', 'write'], 201],
    ])('creating a token with the scopes %j: %i', async (scopes, expected) => {
      const more = scopes.includes('worker') ? { Definitions: ['countdown'] } : {};
      const client = await server.admin.withToken(scopes, more);
      expect(await status(client, 'POST', '/Tokens', { Name: 'child', Scopes: [scopes[0]] })).toBe(expected);
      const { Id } = await make(server.admin);
      expect(await status(client, 'DELETE', `/Tokens/${Id}`)).toBe(expected === 201 ? 204 : 403);
    });

    test('a child expires with its parent at the latest', async () => {
      const parent = await make(server.admin, { ExpiresInDays: 1 });
      const client = await bearer(parent);
      const child = await make(client);
      expect(await expiryOf(child.Id)).toBe(await expiryOf(parent.Id));
      expect(child.ParentId).toBe(parent.Id);
      expect(await make(client, { ExpiresInDays: 0.5 })).toMatchObject({ ParentId: parent.Id });
      const late = await client.call('POST', '/Tokens', { Name: 'late', ExpiresInDays: 2 });
      expect([late.status, late.body.Message]).toEqual([400, expect.stringContaining("can't expire after")]);
    });

    test('a child has no scope or definition that its parent lacks', async () => {
      const all = ['read', 'write', 'admin', 'worker'];
      const client = await server.admin.withToken(all, { Definitions: ['countdown'] });
      expect(
        await status(client, 'POST', '/Tokens', { Name: 'x', Scopes: ['worker'], Definitions: ['pause'] }),
      ).toBe(403);
      const child = await make(client, { Scopes: ['worker'], Definitions: ['Countdown'] });
      expect(child).toMatchObject({ Scopes: ['worker'], Definitions: ['countdown'] });
      const writer = await server.admin.withToken(['write']);
      expect(await status(writer, 'POST', '/Tokens', { Name: 'x', Scopes: ['read', 'write'] })).toBe(403);
      expect(await make(writer)).toMatchObject({ Scopes: ['write'] });
    });

    test('a token that names definitions works on those alone, an administrator’s too', async () => {
      const client = await server.admin.withToken(['read', 'write', 'admin', 'worker'], {
        Definitions: ['mine'],
      });
      const declare = (Name: string) =>
        status(client, 'POST', '/Workers/Definitions', {
          Definitions: [{ Name, Description: 'as declared' }],
        });
      expect(await declare('mine')).toBe(200);
      expect(await declare('theirs')).toBe(403);
    });

    test('a token that is revoked takes its children and their children along', async () => {
      const owner = await server.associate('maker', { roles: ['administrator'] });
      const parent = await make(owner, { Scopes: ['read', 'write', 'admin'] });
      const child = await make(await bearer(parent), { AssociateId: server.admin.associateId });
      const grandchild = await make(await bearer(child));
      const clients = await Promise.all([parent, child, grandchild].map(bearer));
      const unrelated = await bearer(await make(owner));
      for (const client of [...clients, unrelated]) expect(await status(client, 'GET', '/SignIn')).toBe(200);
      await owner.json('DELETE', `/Tokens/${parent.Id}`);
      for (const client of clients) expect(await status(client, 'GET', '/SignIn')).toBe(401);
      expect(await status(unrelated, 'GET', '/SignIn')).toBe(200);
    });
  });

  describe('a JWT that is narrowed', () => {
    test('by its roles stays so in all that it makes', async () => {
      const boss = await server.associate('boss', { roles: ['administrator'] });
      const narrow = await jwt('boss', { roles: ['other'] });
      const made = await narrow.json('POST', '/Tokens', { Name: 'made', Scopes: ['read', 'write', 'admin'] });
      expect(made).toMatchObject({ Roles: [], DatabaseSerialNumber: 'main' });
      const token = await ApiClient.withAuthorization(server.url, `Bearer ${made.Token}`);
      const grandchild = await token.json('POST', '/Tokens', { Name: 'again', Scopes: ['write', 'admin'] });
      const child = await ApiClient.withAuthorization(server.url, `Bearer ${grandchild.Token}`);
      for (const client of [narrow, token, child]) {
        expect(await client.json('GET', '/SignIn')).toMatchObject({ Roles: [], Tenant: 'main' });
        expect(await status(client, 'GET', '/Users')).toBe(403);
        expect(await seen(client, await client.start(EXPORT))).toBe(false);
        expect(
          await status(client, 'PATCH', `/Users/${boss.associateId}`, { Password: 'a new password' }),
        ).toBe(403);
        const hook = await client.json('POST', '/Webhooks', { Url: 'https://example.org/', Active: false });
        expect(await getWebhook(server.database.sql, hook.Id)).toMatchObject({ roles: [], tenant: 'main' });
      }
      const { Id } = await narrow.json('POST', '/Schedules', {
        Name: 'of a narrow sign-in',
        Definition: EXPORT.Name,
        ParameterObject: EXPORT.ParameterObject,
        Cron: NEVER,
      });
      expect(await seen(boss, await boss.json('POST', `/Schedules/${Id}/RunNow`))).toBe(false);
      expect(await status(boss, 'GET', '/SignIn')).toBe(200);
    });

    test('by its tenant stays so, and sees only tokens of that tenant', async () => {
      const roles: Role[] = ['administrator'];
      const chief = await server.associate('chief', { roles });
      const narrow = await jwt('chief', { roles, tenant: 'a' });
      const wide = await chief.json('POST', '/Tokens', { Name: 'wide' });
      const made = await narrow.json('POST', '/Tokens', { Name: 'made', Scopes: ['read', 'write', 'admin'] });
      expect((await narrow.json('GET', '/Tokens')).map(({ Id }: { Id: number }) => Id)).toEqual([made.Id]);
      expect(await status(narrow, 'DELETE', `/Tokens/${wide.Id}`)).toBe(404);
      const token = await ApiClient.withAuthorization(server.url, `Bearer ${made.Token}`);
      for (const client of [narrow, token]) {
        expect(await client.json('GET', '/SignIn')).toMatchObject({ Roles: roles, Tenant: 'a' });
        expect(await status(client, 'GET', `/BatchTask/${foreign}`)).toBe(404);
        expect(await status(client, 'GET', '/Applications')).toBe(403);
        expect(await seen(client, await client.start(EXPORT))).toBe(false);
        expect(
          await client.json('POST', '/Users', {
            Login: `user-of-${client.authorization.length}`,
            Password: 'long enough',
          }),
        ).toMatchObject({
          DatabaseSerialNumber: 'a',
        });
        expect(await status(client, 'PATCH', `/Users/${chief.associateId}`, { Roles: roles })).toBe(403);
      }
    });

    test('an own password is set by a sign-in with all rights alone', async () => {
      const person = await server.associate('person', { roles: ['administrator'] });
      const change = { Password: 'password of person' };
      const path = `/Users/${person.associateId}`;
      expect(await status(await jwt('person', { roles: ['administrator'] }), 'PATCH', path, change)).toBe(
        403,
      );
      const token = await person.withToken(['read', 'write', 'admin']);
      expect(await status(token, 'PATCH', path, change)).toBe(403);
      expect(await status(token, 'PATCH', path, { Roles: [] })).toBe(403);
      expect(await status(person, 'PATCH', path, change)).toBe(200);
    });
  });

  describe('an administrator of a tenant', () => {
    test('starts nothing as associates of other tenants or of none, and learns no ids', async () => {
      const boss = await server.associate('boss-a', { roles: ['administrator'], tenant: 'a' });
      const own = await server.associate('anna-a', { tenant: 'a' });
      const others = [
        server.admin.associateId,
        (await server.associate('bert-b', { tenant: 'b' })).associateId,
        99_999,
      ];
      const schedule = {
        Name: 'as another',
        Definition: 'countdown',
        ParameterObject: { seconds: 0 },
        Cron: NEVER,
      };
      const start = { Name: 'countdown', ParameterObject: { seconds: 0 } };
      for (const [path, body] of [
        ['/BatchTask', start],
        ['/Agents/Batch/StartBatchJob', start],
        ['/Schedules', schedule],
      ] as const) {
        for (const AssociateId of others) {
          const answer = await boss.call('POST', path, { ...body, AssociateId });
          expect([answer.status, answer.body.Message]).toEqual([
            400,
            `AssociateId is ${AssociateId}, but there is no such associate.`,
          ]);
        }
        expect(
          (await boss.call('POST', path, { ...body, AssociateId: own.associateId })).status,
        ).toBeLessThan(300);
      }
    });
  });
});
