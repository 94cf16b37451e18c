import type { Socket } from 'node:net';
import type pg from 'pg';

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
