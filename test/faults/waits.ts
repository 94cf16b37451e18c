import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { ApiClient } from '../support/api-client.ts';
import type { Place } from '../support/databases.ts';

const LIVE = encodeURIComponent("state oneOf ('New', 'Aquired', 'Started')");

/**
 * Waits until no task of those that the caller sees waits or runs, all looked at in one moment: between two looks one
 * may go from the one state to the other. Calls that fail, or are not answered, are tried again.
 *
 * @param isOver whether the test is over, so that nothing is waited for any more
 */
export async function allEnded(admin: ApiClient, isOver = (): boolean => false): Promise<void> {
  for (;;) {
    const path = `/BatchTask?$filter=${LIVE}&$select=batchTaskId&$top=1`;
    const answer = await admin.call('GET', path).catch(() => undefined);
    if (answer?.status === 200 && answer.body.value.length === 0) return;
    if (answer !== undefined && answer.status < 500 && answer.status !== 200)
      throw new Error(`${path}: ${answer.status} ${answer.text}`);
    if (isOver()) throw new Error('The test is over.');
    await delay(100);
  }
}

/** Runs a statement on a connection of the test's own to a place's PostgreSQL. */
export async function query<Row extends pg.QueryResultRow>(place: Place, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: place.env.DATABASE_URL });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Waits until this many servers listen for signals. A server sends NOTIFY on a connection that has executed LISTEN. */
export async function untilListening(place: Place, servers: number): Promise<void> {
  const listening =
    "select 1 from pg_stat_activity where datname = current_database() and application_name = 'batchline signals' and query ~ '^(listen|select pg_notify)'";
  while ((await query(place, listening)).length !== servers) await delay(20);
}
