import { once } from 'node:events';
import pg from 'pg';
import { isPooled } from './probe.ts';

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
