import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Transaction,
} from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Signal } from './pubsub.ts';
import { asRun, currentUse } from './run-connections.ts';
import type { Schema } from './schema.ts';
import {
  afterCommit,
  inQuietTransaction,
  inStatement,
  inTransaction,
  isRetryableTransactionError,
  retrying,
} from './transaction.ts';

/** What happened, in order: begins, commits, rollbacks, and published signals. */
let happened: (string | Signal)[];
/** Errors of the next commits; undefined for one that succeeds. */
let commits: (Error | undefined)[];

class RecordingDriver extends DummyDriver {
  override async beginTransaction(): Promise<void> {
    happened.push('begin');
  }
  override async commitTransaction(): Promise<void> {
    const error = commits.shift();
    if (error !== undefined) throw error;
    happened.push('commit');
  }
  override async rollbackTransaction(): Promise<void> {
    happened.push('rollback');
  }
}

const database = {
  sql: new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new RecordingDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
  signals: { publish: (signal: Signal) => void happened.push(signal) },
};

const CHANGED: Signal = { kind: 'changed' };
const aborted = (): Error => Object.assign(new Error('could not serialize access'), { code: '40001' });

beforeEach(() => {
  happened = [];
  commits = [];
});

describe('a transaction', () => {
  test('publishes after its commit', async () => {
    const result = await inTransaction(database, async (trx) => {
      afterCommit(trx).publish(CHANGED);
      afterCommit(trx).do(() => happened.push('done'));
      return 7;
    });
    expect({ result, happened }).toEqual({ result: 7, happened: ['begin', 'commit', 'done', CHANGED] });
  });

  test('that is rolled back publishes nothing', async () => {
    const failing = inTransaction(database, async (trx) => {
      afterCommit(trx).publish(CHANGED);
      afterCommit(trx).do(() => happened.push('done'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(happened).toEqual(['begin', 'rollback']);
  });

  test('whose commit fails publishes nothing', async () => {
    commits = [Object.assign(new Error('connection lost'), { code: '08006' })];
    await expect(inTransaction(database, async (trx) => afterCommit(trx).publish(CHANGED))).rejects.toThrow(
      'connection lost',
    );
    expect(happened).toEqual(['begin', 'rollback']);
  });

  test('that is retried publishes once, and only the signals of the last attempt', async () => {
    let attempts = 0;
    commits = [aborted(), undefined];
    await inTransaction(database, async (trx) => {
      attempts += 1;
      afterCommit(trx).publish({ kind: 'due', names: [`attempt ${attempts}`] });
      afterCommit(trx).publish(CHANGED);
      afterCommit(trx).do(() => happened.push(`done ${attempts}`));
    });
    expect(happened).toEqual([
      ...['begin', 'rollback', 'begin', 'commit', 'done 2'],
      CHANGED,
      { kind: 'due', names: ['attempt 2'] },
    ]);
  });

  test('merges signals of one kind, and publishes no empty ones', async () => {
    await inTransaction(database, async (trx) => {
      const after = afterCommit(trx);
      for (const names of [['a', 'b'], ['b'], []]) after.publish({ kind: 'due', names });
      for (const parentIds of [[1], [2, 1]]) after.publish({ kind: 'children', parentIds });
      for (const taskId of [5, 5, 6]) after.publish({ kind: 'stop', taskId });
      after.publish({ kind: 'progress', taskIds: [] });
      after.publish(CHANGED);
      after.publish(CHANGED);
    });
    expect(happened.slice(2)).toEqual([
      CHANGED,
      { kind: 'stop', taskId: 5 },
      { kind: 'stop', taskId: 6 },
      { kind: 'due', names: ['a', 'b', 'b'] }, // one for each task
      { kind: 'children', parentIds: [1, 2] },
    ]);
  });

  test('of a run publishes outside the run', async () => {
    let use: unknown = 'unknown';
    await asRun({ definition: 'countdown' }, () =>
      inTransaction(database, async (trx) => {
        afterCommit(trx).do(() => {
          use = currentUse();
        });
      }),
    );
    expect(use).toBeUndefined();
  });

  test('accepts no signals after its work has returned', async () => {
    let late: Transaction<Schema> | undefined;
    await inTransaction(database, async (trx) => {
      late = trx;
    });
    expect(() => afterCommit(late as Transaction<Schema>)).toThrow('publishes nothing');
  });

  test('that is quiet refuses to publish', async () => {
    const announcing = inQuietTransaction(database.sql, async (trx) => afterCommit(trx).publish(CHANGED));
    await expect(announcing).rejects.toThrow('use inTransaction');
  });
});

describe('a statement', () => {
  test('publishes after it has completed', async () => {
    const result = await inStatement(database, async (_, after) => {
      after.publish(CHANGED);
      happened.push('statement');
      return 7;
    });
    expect({ result, happened }).toEqual({ result: 7, happened: ['statement', CHANGED] });
  });

  test('that fails publishes nothing', async () => {
    const failing = inStatement(database, async (_, after) => {
      after.publish(CHANGED);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(happened).toEqual([]);
  });
});

const failure = (code: string, constraint?: string): Error =>
  Object.assign(new Error(code), { code, constraint });

test.each([
  ['a serialization failure', failure('40001'), true],
  ['a deadlock', failure('40P01'), true],
  ['a unique violation', failure('23505', 'schedule_by_name'), false],
  ['a commit with an unknown outcome', failure('40003'), false],
  ['a connection failure', failure('08006'), false],
  ['another error', new Error('no'), false],
])('%s', (_, error, worth) => {
  expect(isRetryableTransactionError(error)).toBe(worth);
});

test('work is retried until it succeeds', async () => {
  let attempts = 0;
  const done = await retrying(async () => {
    attempts += 1;
    if (attempts < 5) throw failure('40001');
    return 'done';
  });
  expect({ done, attempts }).toEqual({ done: 'done', attempts: 5 });
});

test('other errors are not retried', async () => {
  let attempts = 0;
  const work = async (): Promise<never> => {
    attempts += 1;
    throw failure(attempts === 1 ? '40001' : '22003');
  };
  await expect(retrying(work)).rejects.toMatchObject({ code: '22003' });
  expect(attempts).toBe(2);
});
