import { onServer } from './on-server.ts';

/** Address of a database with Citus on its coordinator, in which all nodes are registered; `undefined` for PostgreSQL. */
const { BATCHLINE_TEST_CITUS_URL: citusUrl } = process.env;

/** Whether the tests run on a Citus cluster. */
export const IS_CITUS = citusUrl !== undefined;

/** Settings that a server on the cluster needs beside the address. */
export const CITUS_BACKEND: Readonly<Record<string, string>> = IS_CITUS ? { DATABASE_BACKEND: 'citus' } : {};

/** A database with the extension and its nodes, but without tables. It is copied for each test. */
export const EMPTY_CITUS = 'batchline_empty_citus';

/** A node of the cluster. */
interface CitusNode {
  readonly host: string;
  readonly port: number;
  readonly isCoordinator: boolean;
}

let known: Promise<readonly CitusNode[]> | undefined;

/** Returns the nodes of the cluster, the coordinator first. */
function citusNodes(): Promise<readonly CitusNode[]> {
  known ??= onServer<CitusNode>(
    citusUrl ?? '',
    `select nodename as host, nodeport as port, groupid = 0 as "isCoordinator"
     from pg_dist_node where noderole = 'primary' order by groupid`,
  );
  return known;
}

/** Returns the address of a database on each node of the cluster, the coordinator first; only this one without Citus. */
export async function onEachNode(url: string): Promise<readonly string[]> {
  if (!IS_CITUS) return [url];
  return (await citusNodes()).map((node) => addressAt(url, node));
}

/** Drops the databases of earlier runs and creates `EMPTY_CITUS` on all nodes; resolves to the address of the coordinator's database `postgres`. */
export async function prepareCitus(): Promise<string> {
  const nodes = await citusNodes();
  const server = new URL(citusUrl ?? '');
  server.pathname = '/postgres';
  const empty = new URL(server);
  empty.pathname = `/${EMPTY_CITUS}`;
  for (const node of nodes) {
    const postgres = addressAt(server.href, node);
    const left = await onServer<{ datname: string }>(
      postgres,
      String.raw`select datname from pg_database where datname like 'batchline\_%'`,
    );
    for (const { datname } of left) await onServer(postgres, `drop database "${datname}" with (force)`);
    await onServer(postgres, `create database ${EMPTY_CITUS}`);
    await onServer(addressAt(empty.href, node), 'create extension citus');
  }
  for (const { host, port, isCoordinator } of nodes)
    await onServer(
      empty.href,
      `select ${isCoordinator ? 'citus_set_coordinator_host' : 'citus_add_node'}('${host}', ${port})`,
    );
  return server.href;
}

/** Closes all sessions of a database permanently, so that it can be copied. Citus keeps some open for its maintenance. */
export async function closeSessions(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, `alter database "${name}" allow_connections false`);
  await onServer(
    serverUrl,
    `select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '${name}'`,
  );
}

function addressAt(url: string, node: CitusNode): string {
  const address = new URL(url);
  address.hostname = node.host;
  address.port = String(node.port);
  return address.href;
}
