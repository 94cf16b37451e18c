import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import type { Access } from '../../src/core/access.ts';
import type { RouteAccess } from '../../src/http/route-access.ts';
import { startServer } from '../../src/server.ts';
import { routesOf } from './route-table.ts';

// Writes docs/reference/access.md from the declarations of the routes: `npm run access`.

/** The generated page. */
export const ACCESS_PAGE = join(import.meta.dirname, '../../docs/reference/access.md');

const HEAD = `# Access

What each call requires of the sign-in. \`npm run access\` generates this page from the declarations that the server enforces; don't
edit it. In addition, the rights on the task or schedule apply ([rights](../explanation/rights.md)).

- **Scopes**: all of them are required. \`write\` and \`admin\` include \`read\`. "or \`worker\`": the scope
  \`worker\` is accepted instead, for the tasks of the token's definitions.
- **Role**: \`viewer\` accepts administrators as well. The role \`administrator\` is only effective with the scope \`admin\`.
- **Tenancy**: *tenant*: a sign-in that is bound to a tenant reaches that tenant's data. *server*: refused for a
  sign-in that is bound to a tenant. *none*: the data belongs to no tenant.

A sign-in without the required access gets 403, before the body is read and regardless of whether the resource exists.

| call | scopes | role | tenancy |
|---|---|---|---|
`;

/** Returns the page for these routes. HEAD requires the same as GET. */
export function accessPage(routes: readonly RouteAccess[]): string {
  const lines = routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, path, access }) => `| \`${method} ${path}\` | ${cellsOf(access).join(' | ')} |`);
  return `${HEAD}${[...new Set(lines)].sort(byPath).join('\n')}\n`;
}

function cellsOf({ signIn, scopes, workers, role, tenancy }: Access): string[] {
  if (!signIn) return ['no sign-in', '', tenancy];
  const needed = scopes.map((scope) => `\`${scope}\``).join(', ');
  const isWorkers = workers && !scopes.includes('worker');
  return [
    scopes.length === 0 ? 'any' : isWorkers ? `${needed} or \`worker\`` : needed,
    role === 'any' ? '' : role,
    tenancy,
  ];
}

function byPath(a: string, b: string): number {
  const key = (line: string): string => line.replace(/^\| `(\S+) (\S+)`.*$/, '$2 $1').toLowerCase();
  return key(a) < key(b) ? -1 : 1;
}

async function declaredRoutes(): Promise<readonly RouteAccess[]> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-access-'));
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', BATCHLINE_DATA: join(folder, 'data') });
  const [server, , app] = await routesOf(() => startServer(config, pino({ level: 'warn' })));
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  return app.routeAccess;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = accessPage(await declaredRoutes());
  const isSame = readFileSync(ACCESS_PAGE, { encoding: 'utf8', flag: 'a+' }) === page;
  if (!isSame) writeFileSync(ACCESS_PAGE, page);
  process.stdout.write(`docs/reference/access.md ${isSame ? 'is up to date' : 'was written'}\n`);
}
