import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/core/access.ts';
import type { StartOptions } from '../../../src/core/task.ts';
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
});
