import { once } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';
import { hasOperatorCode, OperatorError } from '../../core/errors.ts';
import { databaseUnreachable } from '../errors.ts';
import { checkCoordinator } from './citus.ts';

/**
 * Returns true if a connection goes through a pooler such as PgBouncer: the process id of its startup differs from that
 * of the server process that executes the query.
 */
async function isPooled(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid !== (client as unknown as { readonly processID: number | null }).processID;
}

/** The database server at an address. */
export interface DetectedServer {
  readonly isPooled: boolean;
}

/**
 * Connects to an address and checks which kind of database it has.
 *
 * @throws OperatorError `DATABASE_UNREACHABLE` if it can't be reached, rejects the login, or is a read-only standby;
 *   `DATABASE_UNSUPPORTED` if it is not PostgreSQL, not in UTF-8, or a worker of a Citus cluster
 */
export async function detectServer(url: string, timeoutMs: number): Promise<DetectedServer> {
  let client: pg.Client | undefined;
  try {
    // The constructor throws if the address is malformed.
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
    client.on('error', () => undefined); // pending queries reject anyway
    await client.connect();
    const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
    if (rows[0]?.transaction_read_only === 'on')
      throw new Error('it is a read-only standby; the address of the primary is accepted');
    await checkServer(client);
    await checkEncoding(client);
    await checkCoordinator(client);
    return { isPooled: await isPooled(client) };
  } catch (error) {
    throw hasOperatorCode(error, 'DATABASE_UNSUPPORTED') ? error : databaseUnreachable(error);
  } finally {
    await client?.end().catch(() => undefined);
  }
}

/** Rejects databases that have PostgreSQL's protocol but not all of the SQL that we use, so that they don't fail later. */
async function checkServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string }>('select version() as version');
  const version = rows[0]?.version ?? '';
  if (/cockroachdb|-YB-/i.test(version))
    throw new OperatorError(
      'DATABASE_UNSUPPORTED',
      `DATABASE_URL names ${version.slice(0, 60)}; PostgreSQL is accepted.`,
    );
}

/** Rejects encodings that can't store every text that a client may send. */
async function checkEncoding(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('show server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    throw new OperatorError(
      'DATABASE_UNSUPPORTED',
      `DATABASE_URL names a database in the encoding ${encoding}; UTF8 is accepted (create database … encoding 'UTF8' template template0).`,
    );
}

/** Properties of pg's client that its types lack. */
interface ClientInternals {
  readonly connection: { readonly stream: Socket };
  /** False while a query is pending. */
  readonly readyForQuery: boolean;
}

/** The database did not respond in time. */
class DatabaseSilent extends Error {
  constructor(ms: number) {
    super(`PostgreSQL has not responded for ${ms / 1000} s.`);
    this.name = 'DatabaseSilent';
  }
}

/** Interval of checks for a limit, while there is none. */
const CHECK_MS = 1000;

/**
 * Closes a connection on which a query is pending and no byte arrives within a time limit. The query rejects, and the
 * pool replaces the connection. Without this, a dead connection would look like a slow one until the operating system
 * gives up, after about 15 minutes.
 *
 * @param client a connected client
 * @param maxMs returns the limit; `Infinity` for none
 */
export function queryTimeout(client: pg.ClientBase, maxMs: () => number): void {
  const internals = client as unknown as ClientInternals;
  const { stream } = internals.connection;
  const isWaiting = (): boolean => !internals.readyForQuery || stream.writableEnded;
  let limit = Number.POSITIVE_INFINITY;
  const watch = (): void => {
    limit = maxMs();
    stream.setTimeout(Number.isFinite(limit) ? limit : CHECK_MS);
  };
  stream.on('timeout', () => {
    if (isWaiting() && Number.isFinite(limit)) stream.destroy(new DatabaseSilent(limit));
    else watch();
  });
  watch();
}

const CHANNEL = 'batchline_proof';
/** Time limit; a notification arrives within milliseconds or never. */
const NOTIFY_TIMEOUT_MS = 3000;

/**
 * Checks that notifications arrive through an address. A pooler in transaction mode accepts LISTEN without an error but
 * never delivers a notification.
 *
 * @throws Error if none arrives; the error of pg if the server can't be reached
 */
export async function probeListenNotify(url: string, connectMs: number): Promise<void> {
  const options = { connectionString: url, connectionTimeoutMillis: connectMs };
  const [listener, sender] = [new pg.Client(options), new pg.Client(options)];
  for (const client of [listener, sender]) client.on('error', () => undefined); // pending queries reject anyway
  try {
    await listener.connect();
    if (!(await isPooled(listener))) return;
    await sender.connect();
    const notified = once(listener, 'notification', { signal: AbortSignal.timeout(NOTIFY_TIMEOUT_MS) });
    notified.catch(() => undefined); // handled below
    await listener.query(`listen ${CHANNEL}`);
    await sender.query(`notify ${CHANNEL}`);
    await notified.catch((error: unknown) => {
      throw new Error(
        'the address is a pooler that does not deliver notifications; set DATABASE_LISTEN_URL to the direct address of PostgreSQL, or to poll, with which processes notice changes by others later',
        { cause: error },
      );
    });
  } finally {
    await Promise.all([listener.end(), sender.end()]);
  }
}
