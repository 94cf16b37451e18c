import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { HttpConnection } from './http-connection.ts';

/** More than the starts that are under way at any moment, unless the server stalls. */
const CONNECTIONS = 50;

/**
 * Sends starts at this rate. Returns when each was sent, by id (ms, on the machine's clock). A start that had to wait for a
 * connection counts from when it was due, so that a stall of the server delays all of its starts.
 */
export async function offerStarts(
  url: URL,
  request: Buffer,
  rate: number,
  seconds: number,
): Promise<ReadonlyMap<number, number>> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpConnection.open(url)));
  const sent = new Map<number, number>();
  const began = performance.now();
  let next = 0;
  const loop = async (connection: HttpConnection): Promise<void> => {
    for (;;) {
      const turn = next;
      next += 1;
      if (turn >= rate * seconds) return;
      const dueAt = began + (turn * 1000) / rate;
      const wait = dueAt - performance.now();
      if (wait > 0) await delay(wait);
      const sentAt = performance.timeOrigin + (wait > 0 ? performance.now() : dueAt);
      sent.set(Number(await connection.send(request)), sentAt);
    }
  };
  await Promise.all(connections.map(loop));
  for (const connection of connections) connection.close();
  return sent;
}

/** Resolves when all tasks have ended, to the times from POST to the first line of those that were sent (ms). */
export async function allEnded(
  databaseUrl: string,
  sent: ReadonlyMap<number, number> = new Map(),
): Promise<number[]> {
  return onDatabase(databaseUrl, async (client) => {
    for (;;) {
      const { rowCount } = await client.query('select from batchline.task where state < 4 limit 1');
      if (rowCount === 0) break;
      await delay(20);
    }
    const { rows } = await client.query<{ id: number; result: string }>(
      'select id, result from batchline.task where id = any($1)',
      [[...sent.keys()]],
    );
    return rows.map(({ id, result }) => Number(result) - (sent.get(id) ?? Number.NaN));
  });
}

/** Runs the function with a connection of its own. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
