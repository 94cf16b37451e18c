import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/core/access.ts';
import type { StartOptions } from '../../../src/core/task.ts';
import { CLAIMS_BY_PRIORITY } from '../../../src/core/tenant-turns.ts';
import { setLimits } from '../../../src/db/queries/definition.ts';
import { inQuietTransaction } from '../../../src/db/transaction.ts';
import { claimBatch } from '../../../src/queue/claimer.ts';
import { Stager } from '../../../src/queue/stager.ts';
import { startTask } from '../../../src/services/start-task.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { openTestNode, type TestNode } from '../../support/test-node.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const CALLER = {
  associateId: 1,
  login: 'somebody',
  roles: ['administrator' as const],
  tenant: null,
  scopes: SCOPES,
};

/** Nothing runs here: what is claimed is claimed by the test. */
describe.each(DATABASES)('tasks that are ready on %s', (kind) => {
  let place: Place;
  let node: TestNode;
  let other: TestNode;
  beforeAll(async () => {
    place = await createPlace(kind);
    node = await openTestNode(place, HANDLERS);
    other = await openTestNode(place, HANDLERS, kind === 'embedded' ? node.parts.database : undefined);
  });
  afterAll(async () => {
    await other?.stop();
    await node?.stop();
    await place?.remove();
  });

  const start = (options: StartOptions = {}): Promise<number> =>
    startTask(
      node.parts,
      CALLER,
      {
        name: 'quick',
        associateId: 0,
        isSystemTask: false,
        isInternalTask: false,
        detailsTable: 0,
        detailsRecord: 0,
        parameterObject: null,
        databaseSerialNumber: '',
        context: '',
        description: '',
        response: '',
        request: '',
        fileName: '',
      },
      options,
    );
  const claim = async (from: TestNode, limit: number): Promise<number[]> => {
    const request = { name: 'quick', limit, owner: 'test', leaseSeconds: 3600, tenant: null };
    const { claimed } = await claimBatch(from.parts, request);
    return claimed.map((one) => one.task.id);
  };
  test('are claimed by priority and age; a delayed one joins them when it is promoted', async () => {
    const plain = await start();
    const urgent = await start({ priority: 5 });
    const last = await start();
    const delayed = await start({ priority: 9, due: 0.05 });
    expect(await claim(node, 1)).toEqual([urgent]);
    const stager = new Stager(node.parts.database, pino({ level: 'silent' }));
    const isPromoted = sql`select 1 from batchline.task where id = ${delayed} and job_id is null`;
    while ((await isPromoted.execute(node.parts.database.sql)).rows.length === 0) await stager.promote();
    expect(await claim(node, 1)).toEqual([delayed]);
    expect((await claim(node, 5)).toSorted((a, b) => a - b)).toEqual([plain, last]);
    expect(await claim(node, 5)).toEqual([]);
  });

  test('are claimed once each, however many claim at the same moment', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, () => start()));
    const claimed: number[] = [];
    const claimAll = async (from: TestNode): Promise<void> => {
      while (claimed.length < ids.length) claimed.push(...(await claim(from, 7)));
    };
    await Promise.all([node, other, node, other].map(claimAll));
    expect(claimed.toSorted((a, b) => a - b)).toEqual(ids.toSorted((a, b) => a - b));
  });

  /** Inserts available tasks of a definition that nothing else uses. Returns their ids. */
  const insert = async (name: string, tenant: string, count: number, priority = 0): Promise<number[]> => {
    const { rows } = await sql<{ id: number }>`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation, priority)
      select ${tenant}, ${name}, 1, false, 0, 0, '', 1, '', '', '', '', 0, ${priority}::smallint
      from generate_series(1, ${count}::int) returning id`.execute(node.parts.database.sql);
    return rows.map((row) => row.id);
  };
  const take = async (from: TestNode, name: string, limit: number, tenant: string | null = null) => {
    const request = { name, limit, owner: 'test', leaseSeconds: 3600, tenant };
    return (await claimBatch(from.parts, request)).claimed.map(({ task }) => task);
  };

  test.each([
    [5000, {}],
    [100, { concurrent: 1000, perTenant: 500 }],
  ])(
    'a single task of a tenant starts within three claims, behind %i of another, with the limits %o',
    async (count, limits) => {
      const name = `behind ${count}`;
      await inQuietTransaction(node.parts.database.sql, (trx) => setLimits(trx, name, limits));
      await insert(name, 'BIG', count, 10);
      for (const from of [node, other]) expect(await take(from, name, 4)).toHaveLength(4);
      const [single] = await insert(name, 'SMALL', 1, -10);
      const claims = [await take(node, name, 4), await take(node, name, 4), await take(node, name, 4)];
      expect(claims.flat().map((task) => task.id)).toContain(single);
    },
  );

  test.each([null, 'T'])('of a low priority start too, by a worker of the tenant %s', async (tenant) => {
    const name = `aging ${tenant}`;
    const low = await insert(name, 'T', 1, -5);
    await insert(name, 'T', 40, 5);
    const claimed: number[] = [];
    for (let claims = 0; claims <= CLAIMS_BY_PRIORITY; claims += 1)
      claimed.push(...(await take(node, name, 1, tenant)).map((task) => task.id));
    expect(claimed.slice(-1)).toEqual(low);
  });

  test('of several tenants start in turns, whatever waits, arrives and has which weight', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(SCENARIO, async ({ tenants, limits }) => {
        run += 1;
        const name = `turns ${run}`;
        const weights = Object.fromEntries(tenants.map(({ weight }, index) => [`T${index}`, weight]));
        await inQuietTransaction(node.parts.database.sql, (trx) => setLimits(trx, name, { weights }));
        const waiting = new Map<number, { tenant: string; priority: number; passed: number }>();
        const add = async (tenant: string, count: number, priority: number): Promise<void> => {
          for (const id of await insert(name, tenant, count, priority))
            waiting.set(id, { tenant, priority, passed: 0 });
        };
        const bound = 3 * Math.max(...limits) + 2 * tenants.reduce((sum, { weight }) => sum + weight, 0);
        for (let turn = 0; turn < tenants.length || waiting.size > 0; turn += 1) {
          for (const [level, count] of tenants[turn]?.counts.entries() ?? [])
            await add(`T${turn}`, count, level * 5);
          const limit = limits[turn % limits.length] ?? 1;
          const claimed = await take(turn % 3 === 0 ? other : node, name, limit);
          expect(claimed.length).toBeLessThanOrEqual(limit);
          expect(claimed.length > 0, 'claims what waits').toBe(waiting.size > 0);
          for (const { id } of claimed) expect(waiting.delete(id), 'is claimed once').toBe(true);
          for (const tenant of new Set([...waiting.values()].map((task) => task.tenant))) {
            const isServed = claimed.some((task) => task.tenant === tenant);
            for (const task of waiting.values())
              if (task.tenant === tenant) task.passed = isServed ? 0 : task.passed + claimed.length;
          }
          for (const task of waiting.values()) expect(task.passed).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 5 },
    );
  });
});

/** Tenants that arrive one after another, with their tasks by priority, and the sizes of the claims. */
const SCENARIO = fc.record({
  tenants: fc.array(
    fc.record({
      counts: fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 2 }),
      weight: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  limits: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
});
