import pg from 'pg';
import { backendSpeaking, type DatabaseKind } from '../backend.ts';
import { DatabaseUnreachable } from './database-errors.ts';

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
  /** What kind of database answers there. */
  readonly kind: DatabaseKind;
}

/**
 * Looks what is at the address of the database.
 *
 * @throws DatabaseUnreachable where it can't be reached, doesn't let us in, or is a standby, which only reads
 */
export async function examineAddress(url: string, timeoutMs: number): Promise<Address> {
  let client: pg.Client | undefined;
  try {
    // Already this fails where the address can't be read.
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
    client.on('error', () => undefined); // what waits for an answer fails by itself
    await client.connect();
    const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
    if (rows[0]?.transaction_read_only === 'on')
      throw new Error('it only reads, as a standby does; the address of the primary is accepted');
    const { rows: versions } = await client.query<{ version: string }>('select version() as version');
    return { isPooled: await isPooled(client), kind: backendSpeaking(versions[0]?.version ?? '') };
  } catch (error) {
    throw new DatabaseUnreachable(error);
  } finally {
    await client?.end().catch(() => undefined);
  }
}
