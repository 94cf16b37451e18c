import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Access, Role, Scope } from '../../../src/core/access.ts';
import { insertAssociate, insertToken } from '../../../src/db/queries/account.ts';
import type { RouteAccess } from '../../../src/http/route-access.ts';
import { generateToken, hashToken } from '../../../src/services/secrets.ts';
import { ACCESS_PAGE, accessPage } from '../../support/access-page.ts';
import { routesOf } from '../../support/route-table.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/** A sign-in of the matrix. */
interface SignIn {
  readonly role: Role | 'none';
  readonly scopes: readonly Scope[];
  readonly tenant: string | null;
  readonly authorization: string;
}

const ROLES: readonly SignIn['role'][] = ['none', 'viewer', 'administrator'];
const SCOPES: readonly (readonly Scope[])[] = [
  ['read'],
  ['write'],
  ['read', 'admin'],
  ['write', 'admin'],
  ['worker'],
  ['read', 'worker'],
  ['read', 'write', 'admin', 'worker'],
];
const TENANTS = [null, 'a'];

/** Ids that nothing has, so that a call that is let through changes nothing. */
const NOTHING: Readonly<Record<string, string>> = { lease: '2147483646.1', name: 'nothing', '*': 'nothing' };

/** Calls by POST that change nothing, signing in, and setting a password by a link. Time zones can't be changed by calls. */
const READS_BY_POST =
  /^POST \/api\/v1\/(?:Agents\/\w+\/Get\w+|Agents\/TimeZone\/\w+|Archive\/\w+|SignIn|SignIn\/Password)$/i;
/** Changes without a scope: the end of a session, and the signed link in a mail. */
const FREE = ['DELETE /api/v1/SignIn', 'POST /unsubscribe/:token'];
/** Calls whose handlers refuse more than is declared: accounts of others, and every change of time zones. */
const REFUSES_MORE =
  /^(?:PATCH \/api\/v1\/Users\/:id|POST \/api\/v1\/Users\/:id\/PasswordLink|POST \/api\/v1\/Agents\/TimeZone\/\w+)$/;

describe('the access matrix', () => {
  let server: TestServer;
  let app: FastifyInstance;
  let routes: readonly RouteAccess[];
  const signIns: SignIn[] = [];

  beforeAll(async () => {
    [server, , app] = await routesOf(() => startTestServer('embedded'));
    routes = app.routeAccess;
    for (const tenant of TENANTS)
      for (const role of ROLES) {
        const roles = role === 'none' ? [] : [role];
        const login = `${role}-${tenant}`;
        const associate = await insertAssociate(server.database.sql, {
          login,
          name: login,
          passwordHash: '',
          roles,
          tenant,
        });
        for (const scopes of SCOPES) {
          const secret = generateToken('main');
          await insertToken(server.database.sql, {
            associateId: associate.id,
            name: login,
            scopes,
            definitions: scopes.includes('worker') ? ['countdown'] : null,
            expires: null,
            parentId: null,
            roles: null,
            tenant: null,
            hash: hashToken(secret),
          });
          signIns.push({ role, scopes, tenant, authorization: `Bearer ${secret}` });
        }
      }
  });
  afterAll(() => server?.stop());

  const call = async ({ method, path }: RouteAccess, authorization?: string): Promise<number> => {
    const url = path.replaceAll(/:(\w+)|\*/g, (part, name) => NOTHING[name ?? part] ?? '2147483646');
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(/^P/.test(method) ? { 'content-type': 'application/json' } : {}),
      },
      ...(/^P/.test(method) ? { payload: '{}' } : {}),
    });
    return response.statusCode;
  };

  test('every route needs what it declares, for every role, scope and tenant', async () => {
    const wrong: string[] = [];
    let cells = 0;
    for (const route of routes) {
      const name = `${route.method} ${route.path}`;
      const tries = signIns.map(async (signIn) => {
        const status = await call(route, signIn.authorization);
        const isRefused = status === 401 || status === 403;
        const may = mayCall(route.access, signIn);
        const isRight = may ? !isRefused || REFUSES_MORE.test(name) : status === 403;
        if (!isRight || status >= 500)
          wrong.push(
            `${name} by ${signIn.role} of ${signIn.tenant ?? 'the server'} with ${signIn.scopes.join('+')}: ${status}, ${may ? 'may' : 'may not'}`,
          );
      });
      cells += (await Promise.all(tries)).length;
    }
    expect(wrong).toEqual([]);
    expect(cells).toBe(routes.length * ROLES.length * SCOPES.length * TENANTS.length);
    expect(routes.length).toBeGreaterThan(100);
  });

  test('without a sign-in, what is open answers and nothing else does', async () => {
    for (const route of routes) {
      const status = await call(route);
      const name = `${route.method} ${route.path} ${status}`;
      if (route.access.signIn) expect(status, name).toBe(401);
      else expect([401, 403], name).not.toContain(status);
    }
  });

  test('what changes something needs the scope write, or is a worker’s', () => {
    const changing = routes
      .map((route) => ({ ...route, name: `${route.method} ${route.path}` }))
      .filter(({ method, name }) => !/^(GET|HEAD|OPTIONS)$/.test(method) && !READS_BY_POST.test(name))
      .filter(({ name }) => !FREE.includes(name));
    const free = changing.filter(
      ({ access }) => !access.scopes.includes('write') && !access.scopes.includes('worker'),
    );
    expect(free.map(({ name }) => name)).toEqual([]);
    expect(changing.length).toBeGreaterThan(40);
  });

  test('what administrators alone may do needs the scope admin', () => {
    const careless = routes.filter(
      ({ access }) => access.role === 'administrator' && !access.scopes.includes('admin'),
    );
    expect(careless).toEqual([]);
  });

  test('docs/reference/access.md lists the declarations: npm run access', () => {
    expect(readFileSync(ACCESS_PAGE, 'utf8')).toBe(accessPage(routes));
  });

  test('a route without a declaration does not start', async () => {
    const { enforceRouteAccess } = await import('../../../src/http/route-access.ts');
    const { default: fastify } = await import('fastify');
    const bare = fastify();
    enforceRouteAccess(bare);
    expect(() => bare.get('/api/v1/Forgotten', async () => '')).toThrow(
      /GET \/api\/v1\/Forgotten declares no access/,
    );
    await bare.close();
  });
});

/** The meaning of a declaration, implemented independently of the code that enforces it. */
function mayCall(access: Access, { role, scopes, tenant }: SignIn): boolean {
  if (!access.signIn) return true;
  if (access.workers && scopes.includes('worker')) return true;
  if (scopes.join() === 'worker') return false;
  const has = (scope: Scope): boolean =>
    scope === 'read' ? scopes.some((one) => one !== 'worker') : scopes.includes(scope);
  const isAdministrator = role === 'administrator' && scopes.includes('admin');
  const hasRole = { any: true, viewer: role === 'viewer' || isAdministrator, administrator: isAdministrator };
  return access.scopes.every(has) && hasRole[access.role] && (access.tenancy !== 'server' || tenant === null);
}
