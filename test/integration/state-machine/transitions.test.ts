import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, SCOPES } from '../../../src/core/access.ts';
import { DEFAULT_RETRY, decideOutcome } from '../../../src/core/run-outcome.ts';
import type { Signal } from '../../../src/db/pubsub.ts';
import { readAudit } from '../../../src/db/queries/audit.ts';
import { lockParent, readChildCounts } from '../../../src/db/queries/children.ts';
import { inTransaction } from '../../../src/db/transaction.ts';
import { waitForChildren } from '../../../src/queue/children/run-children.ts';
import { prepareChildren, startChildren } from '../../../src/queue/children/start.ts';
import { claimBatch } from '../../../src/queue/claimer.ts';
import { completionOf, writeCompletions } from '../../../src/queue/completer.ts';
import { deleteTasks, restartTask, stopTask, updateTask } from '../../../src/services/change-task.ts';
import { startTask } from '../../../src/services/start-task.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { openTestNode, type TestNode } from '../../support/test-node.ts';

const HANDLERS = join(import.meta.dirname, '../fixtures/model-handlers.ts');
const NAME = 'waiting';
const ADMIN: Caller = {
  associateId: 1,
  login: 'admin',
  roles: ['administrator'],
  tenant: null,
  scopes: SCOPES,
};

/** Ids of a running parent and its child, which never run: the node has no engine. */
interface Family {
  readonly parent: number;
  readonly child: number;
}

describe.each(DATABASES)('transitions on %s', (kind) => {
  let place: Place;
  let node: TestNode;
  let signals: Signal[] = [];
  beforeAll(async () => {
    place = await createPlace(kind);
    node = await openTestNode(place, HANDLERS);
    node.parts.database.signals.subscribe((signal) => void signals.push(signal));
  });
  beforeEach(() => {
    signals = [];
  });
  afterAll(async () => {
    await node?.stop();
    await place?.remove();
  });

  const start = (isInternalTask: boolean): Promise<number> =>
    startTask(node.parts, ADMIN, {
      ...{
        name: NAME,
        associateId: 0,
        isSystemTask: false,
        isInternalTask,
        detailsTable: 0,
        detailsRecord: 0,
      },
      ...{
        parameterObject: { folder: place.folder },
        databaseSerialNumber: '',
        context: '',
        description: '',
      },
      ...{ response: '', request: '', fileName: '' },
    });

  const lastId = async (): Promise<number> => {
    const { rows } = await sql<{ id: number }>`select max(id) as id from batchline.task`.execute(
      node.parts.database.sql,
    );
    return rows[0]?.id ?? 0;
  };

  /** Claims the available tasks. Resolves to the attempt of this one. */
  const claim = async (taskId: number): Promise<number> => {
    const request = { name: NAME, limit: 100, owner: 'node', leaseSeconds: 60, tenant: null };
    const { claimed } = await claimBatch(node.parts, request);
    return claimed.find(({ task }) => task.id === taskId)?.task.attempt ?? 0;
  };

  const makeFamily = async (isInternal = false): Promise<Family> => {
    const parent = (await start(isInternal)) || (await lastId());
    const attempt = await claim(parent);
    const { parts } = node;
    const prepared = await prepareChildren(parts, [
      { key: 'a', name: NAME, parameters: { folder: place.folder } },
    ]);
    const [child = 0] = await inTransaction(parts.database, async (trx) => {
      const held = await lockParent(trx, parent, attempt);
      if (held === undefined) throw new Error('The parent is not held.');
      return startChildren(trx, parts.queue, held, prepared, null);
    });
    return { parent, child };
  };

  /** Ends a run of the task as Failed. */
  const endRun = async (taskId: number): Promise<void> => {
    const attempt = await claim(taskId);
    const outcome = { kind: 'failed', message: 'no', permanent: true } as const;
    const resolution = decideOutcome(outcome, DEFAULT_RETRY, { failures: 0, losses: 0 }, 0);
    const end = completionOf({ taskId, attempt, name: NAME, nodeId: 'node' }, resolution);
    await writeCompletions(node.parts.database, node.parts.queue, [end]);
  };

  const FAILED = { total: 1, ended: 1, failed: 1 };
  test.each([
    {
      path: 'PUT',
      act: ({ child }: Family) => updateTask(node.parts, ADMIN, child, { state: 'Failed' }),
      audit: ['New', 'Failed'],
      counts: FAILED,
    },
    {
      path: 'a stop',
      act: ({ child }: Family) => stopTask(node.parts, ADMIN, child),
      audit: ['New', 'Failed'],
      counts: FAILED,
    },
    {
      path: 'the stop of its parent',
      act: ({ parent }: Family) => stopTask(node.parts, ADMIN, parent),
      audit: ['New', 'Failed'],
      counts: FAILED,
    },
    {
      path: 'the end of its run',
      act: ({ child }: Family) => endRun(child),
      audit: ['New', 'Aquired', 'Started', 'Failed'],
      counts: FAILED,
    },
    {
      path: 'a restart, which takes back what its end has counted',
      async act({ child }: Family) {
        await updateTask(node.parts, ADMIN, child, { state: 'Failed' });
        signals = [];
        await restartTask(node.parts, ADMIN, child, false);
      },
      audit: ['New', 'Failed', 'New'],
      counts: { total: 1, ended: 0, failed: 0 },
    },
    {
      path: 'its deletion, which has no audit row',
      act: ({ child }: Family) => deleteTasks(node.parts, ADMIN, [child]),
      audit: ['New'],
      counts: { total: 1, ended: 1, failed: 0 },
    },
  ])('a child, by $path: audit row, counters and announcements', async ({ act, audit, counts }) => {
    const family = await makeFamily();
    signals = [];
    await act(family);
    const db = node.parts.database.sql;
    expect((await readAudit(db, family.child)).map(({ to }) => to)).toEqual(audit);
    expect(await readChildCounts(db, family.parent)).toEqual(counts);
    expect(signals).toContainEqual({ kind: 'children', parentIds: [family.parent] });
    // A deletion is no event.
    expect(signals.some((signal) => signal.kind === 'changed')).toBe(audit.length > 1);
  });

  test('a wait writes its audit row and leaves the state; the last end wakes the parent', async () => {
    const { parent, child } = await makeFamily();
    const { parts } = node;
    const wait = await inTransaction(parts.database, async (trx) => {
      const held = await lockParent(trx, parent, 1);
      if (held === undefined) throw new Error('The parent is not held.');
      return waitForChildren(trx, parts.queue, held, 'continue', {
        progressPercent: null,
        progressDescription: null,
      });
    });
    expect(wait).toEqual({ waits: true, counts: { total: 1, ended: 0, failed: 0 } });
    expect((await readAudit(parts.database.sql, parent)).at(-1)).toMatchObject({
      from: 'Started',
      to: 'Started',
      reason: 'Waits for 1 of 1 children.',
    });
    signals = [];
    await updateTask(parts, ADMIN, child, { state: 'Succeeded' });
    // At once, not only when the reconciler looks.
    expect(signals).toEqual([
      { kind: 'changed' },
      { kind: 'due', names: [NAME] },
      { kind: 'children', parentIds: [parent] },
    ]);
  });

  test.each([
    ['PUT', ({ child }: Family) => updateTask(node.parts, ADMIN, child, { state: 'Failed' })],
    ['the end of its run', ({ child }: Family) => endRun(child)],
    ['the stop of its parent', ({ parent }: Family) => stopTask(node.parts, ADMIN, parent)],
  ])('an internal child that ends by %s is counted and leaves no trace', async (_, act) => {
    const family = await makeFamily(true);
    await act(family);
    const db = node.parts.database.sql;
    expect(await readAudit(db, family.child)).toEqual([]);
    expect(await readChildCounts(db, family.parent)).toEqual(FAILED);
  });

  test('the stop of an internal task that waits for its children stops them, and none of them leaves a trace', async () => {
    const { parent, child } = await makeFamily(true);
    const { parts } = node;
    await inTransaction(parts.database, async (trx) => {
      const locked = await lockParent(trx, parent, 1);
      if (locked === undefined) throw new Error('The parent has no lease.');
      const progress = { progressPercent: null, progressDescription: null };
      return waitForChildren(trx, parts.queue, locked, 'continue', progress);
    });
    await stopTask(parts, ADMIN, parent);
    const { rows } = await sql`
      select id from batchline.task where id in (${parent}, ${child})
      union all select parent_id from batchline.task_family where parent_id = ${parent}`.execute(
      parts.database.sql,
    );
    expect(rows).toEqual([]);
    expect(await readAudit(parts.database.sql, parent)).toEqual([]);
  });

  test('a refused change announces nothing', async () => {
    const { child } = await makeFamily();
    await updateTask(node.parts, ADMIN, child, { state: 'Failed' });
    signals = [];
    await expect(updateTask(node.parts, ADMIN, child, { state: 'Started' })).rejects.toThrow(
      "can't become Started",
    );
    await expect(deleteTasks(node.parts, ADMIN, [child, 2_000_000_000])).rejects.toThrow();
    expect(signals).toEqual([]);
  });
});
