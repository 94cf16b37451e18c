import pg from 'pg';
import { hasOperatorCode, OperatorError } from '../../core/operator-error.ts';
import { databaseUnreachable } from '../database-errors.ts';

/**
 * Whether a connection goes through a pooler, such as PgBouncer: one tells a client the number of a process that is not
 * the one that answers.
 */
export async function isPooled(client: pg.ClientBase): Promise<boolean> {
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
