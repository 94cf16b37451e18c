import { once } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';
import { hasOperatorCode, OperatorError } from '../../core/operator-error.ts';
import { databaseUnreachable } from '../errors.ts';

/**
 * Whether a connection goes through a pooler, such as PgBouncer: one tells a client the number of a process that is not
 * the one that answers.
 */
async function isPooled(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid !== (client as unknown as { readonly processID: number | null }).processID;
}

/** What is at the address of the database. */
export interface Address {
  readonly isPooled: boolean;
}

/**
 * Examines the database at an address.
 *
 * @throws OperatorError `DATABASE_UNREACHABLE` if it can't be reached, rejects the login, or is a read-only standby;
 *   `DATABASE_UNSUPPORTED` if it is not PostgreSQL, or not in UTF-8
 */
export async function detectServer(url: string, timeoutMs: number): Promise<Address> {
  let client: pg.Client | undefined;
  try {
    // Already this fails where the address can't be read.
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
    client.on('error', () => undefined); // what waits for an answer fails by itself
    await client.connect();
    const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
    if (rows[0]?.transaction_read_only === 'on')
      throw new Error('it only reads, as a standby does; the address of the primary is accepted');
    await checkServer(client);
    await checkEncoding(client);
    return { isPooled: await isPooled(client) };
  } catch (error) {
    throw hasOperatorCode(error, 'DATABASE_UNSUPPORTED') ? error : databaseUnreachable(error);
  } finally {
    await client?.end().catch(() => undefined);
  }
}

/** Databases that speak PostgreSQL's protocol but lack what our SQL needs are refused, rather than failing later. */
async function checkServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string }>('select version() as version');
  const version = rows[0]?.version ?? '';
  if (/cockroachdb|-YB-/i.test(version))
    throw new OperatorError(
      'DATABASE_UNSUPPORTED',
      `DATABASE_URL names ${version.slice(0, 60)}; PostgreSQL is accepted.`,
    );
}

/** Other encodings can't hold every text that a client may send. */
async function checkEncoding(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('show server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    throw new OperatorError(
      'DATABASE_UNSUPPORTED',
      `DATABASE_URL names a database in the encoding ${encoding}; UTF8 is accepted (create database … encoding 'UTF8' template template0).`,
    );
}

/** What we use of pg's client that its types don't tell. */
interface Connected {
  readonly connection: { readonly stream: Socket };
  /** False while it waits for an answer. */
  readonly readyForQuery: boolean;
}

/** The database has not answered in time. */
class DatabaseSilent extends Error {
  constructor(ms: number) {
    super(`PostgreSQL has not answered for ${ms / 1000} s.`);
    this.name = 'DatabaseSilent';
  }
}

/** While silence is allowed, it is asked this often whether it still is. */
const LOOK_AGAIN_MS = 1000;

/**
 * Breaks a connection that waits for an answer and hears nothing, not a byte, for so long: what waits for it fails
 * then, and a new connection takes its place. One through which nothing comes any more looks like a slow one until the
 * operating system gives it up, after a quarter of an hour.
 *
 * @param client a connected one
 * @param maxMs how long it may be silent; `Infinity` while nothing limits it
 */
export function queryTimeout(client: pg.ClientBase, maxMs: () => number): void {
  const connected = client as unknown as Connected;
  const { stream } = connected.connection;
  const isWaiting = (): boolean => !connected.readyForQuery || stream.writableEnded;
  let limit = Number.POSITIVE_INFINITY;
  const watch = (): void => {
    limit = maxMs();
    stream.setTimeout(Number.isFinite(limit) ? limit : LOOK_AGAIN_MS);
  };
  stream.on('timeout', () => {
    if (isWaiting() && Number.isFinite(limit)) stream.destroy(new DatabaseSilent(limit));
    else watch();
  });
  watch();
}

const CHANNEL = 'batchline_proof';
/** A notification comes within milliseconds, or never. */
const LONGEST_MS = 3000;

/**
 * Checks that notifications come through an address. Nothing says that they don't: a pooler by transaction takes a
 * LISTEN, and whoever has said it hears nothing.
 *
 * @throws Error where they don't come; the error of pg's where nobody can be reached
 */
export async function probeListenNotify(url: string, connectMs: number): Promise<void> {
  const options = { connectionString: url, connectionTimeoutMillis: connectMs };
  const [listener, sender] = [new pg.Client(options), new pg.Client(options)];
  for (const client of [listener, sender]) client.on('error', () => undefined); // what waits for an answer fails by itself
  try {
    await listener.connect();
    if (!(await isPooled(listener))) return;
    await sender.connect();
    const heard = once(listener, 'notification', { signal: AbortSignal.timeout(LONGEST_MS) });
    heard.catch(() => undefined); // told below
    await listener.query(`listen ${CHANNEL}`);
    await sender.query(`notify ${CHANNEL}`);
    await heard.catch((error: unknown) => {
      throw new Error(
        "a pooler is there that carries no notifications; DATABASE_LISTEN_URL accepts PostgreSQL's own address, or poll, with which processes learn late of what others do",
        { cause: error },
      );
    });
  } finally {
    await Promise.all([listener.end(), sender.end()]);
  }
}
