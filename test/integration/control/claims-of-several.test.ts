import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { SCOPES } from '../../../src/core/access.ts';
import type { Database } from '../../../src/db/database.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { setPaused } from '../../../src/db/queries/definition.ts';
import { inQuietTransaction } from '../../../src/db/transaction.ts';
import { claimDue } from '../../../src/queue/claimer.ts';
import { startTask } from '../../../src/services/start-task.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { openTestNode, type TestNode } from '../../support/test-node.ts';
import { TEST_ENV } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const CALLER = {
  associateId: 1,
  login: 'somebody',
  roles: ['administrator' as const],
  tenant: null,
  scopes: SCOPES,
};

describe.each(DATABASES)('a claim over several definitions on %s', (kind) => {
  let place: Place;
  let database: Database;
  let node: TestNode;
  let statements = 0;
  beforeAll(async () => {
    place = await createPlace(kind);
    const config = readConfig({ ...TEST_ENV, ...place.env });
    database = await openDatabase(config, pino({ level: 'silent' }), {
      statement() {
        statements += 1;
      },
    });
    node = await openTestNode(place, HANDLERS, database);
  });
  afterEach(async () => {
    for (let left = true; left; ) left = (await claim(100)).more.length > 0;
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  const start = (name: string): Promise<number> =>
    startTask(node.parts, CALLER, {
      name,
      associateId: 0,
      isSystemTask: false,
      isInternalTask: false,
      detailsTable: 0,
      detailsRecord: 0,
      parameterObject: name === 'stumble' ? { steps: '1' } : null,
      databaseSerialNumber: '',
      context: '',
      description: '',
      response: '',
      request: '',
      fileName: '',
    });
  const ALL = ['quick', 'stumble', 'hold'];
  async function claim(limit: number, names: readonly string[] = ALL) {
    const definitions = names.map((name, index) => ({ name, leaseSeconds: 1000 * (index + 1) }));
    const { claimed, more } = await claimDue(node.parts, { definitions, limit, owner: 'test' });
    return { claimed, names: claimed.map(({ task }) => task.name).toSorted(), more };
  }
  const pause = (paused: boolean) =>
    inQuietTransaction(database.sql, (trx) => setPaused(trx, 'stumble', 1, paused));

  test('is one statement for any number of definitions', async () => {
    statements = 0;
    expect(await claim(10)).toMatchObject({ names: [], more: [] });
    expect(statements).toBe(1);
    for (const name of [...ALL, ...ALL]) await start(name);
    statements = 0;
    expect(await claim(10)).toMatchObject({
      names: ['hold', 'hold', 'quick', 'quick', 'stumble', 'stumble'],
      more: [],
    });
    expect(statements).toBe(1);
  });

  test('goes by turns: definitions that the limit left out come next, the one that it cut last', async () => {
    for (const name of ['quick', 'quick', 'stumble', 'stumble', 'hold']) await start(name);
    const first = await claim(3);
    expect(first).toMatchObject({ names: ['quick', 'quick', 'stumble'], more: ['hold', 'stumble'] });
    expect(await claim(3, first.more)).toMatchObject({ names: ['hold', 'stumble'], more: [] });
  });

  test('gives each task the lease of its definition', async () => {
    for (const name of ['quick', 'hold']) await start(name);
    const { claimed } = await claim(10);
    const { rows } = await sql<{ seconds: number }>`
      select extract(epoch from lease_until - last_started)::float8 as seconds from batchline.task
      where id = any(${claimed.map(({ task }) => task.id)}::int[]) order by id`.execute(database.sql);
    expect(rows.map((row) => row.seconds)).toEqual([1000, 3000]);
  });

  test('notices a pause and a resume of one of them, and claims from the others', async () => {
    await pause(true);
    for (const name of ALL) await start(name);
    expect(await claim(10)).toMatchObject({ names: ['hold', 'quick'], more: ['stumble'] });
    expect(await claim(10)).toMatchObject({ names: [], more: [] }); // reads the control
    statements = 0;
    expect(await claim(10)).toMatchObject({ names: [], more: [] }); // a known pause costs nothing more
    expect(statements).toBe(1);
    await pause(false);
    expect(await claim(10)).toMatchObject({ names: [], more: ['stumble'] });
    expect(await claim(10)).toMatchObject({ names: ['stumble'], more: [] });
  });

  test('locks no more than it claims', async () => {
    for (const name of [...ALL, ...ALL, ...ALL, ...ALL]) await start(name);
    const claims = await Promise.all(Array.from({ length: 6 }, () => claim(2)));
    expect(claims.map(({ names }) => names.length)).toEqual([2, 2, 2, 2, 2, 2]);
  });
});
