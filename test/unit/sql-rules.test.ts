import { describe, expect, test } from 'vitest';
import { withSchema } from '../../src/db/schema-name.ts';
import { sourceFiles, sqlTexts } from '../support/sql-texts.ts';

/** What breaks behind PgBouncer in transaction mode or on Citus (decision 0053), and the only files that may have it. */
const RULES = [
  { what: 'session advisory locks', pattern: /pg_(try_)?advisory_lock/i, but: [] },
  {
    what: 'LISTEN or NOTIFY outside the signal channel',
    pattern: /\blisten\b|\bnotify\b|pg_notify/i,
    but: ['src/db/postgres/notify.ts', 'src/db/postgres/probe.ts'],
  },
  {
    what: 'random values in updates of distributed tables',
    pattern: /\bupdate\b[^;]*gen_random_uuid\(\)/i,
    but: ['src/db/queries/tenant-fence.ts'], // needs triggers, which distributed tables can't have
  },
  {
    what: 'functions of the time in "on conflict … do update"',
    pattern: /do update(?:(?!returning|\bselect\b)[^;])*\b(?:now|clock_timestamp)\(\)/i,
    but: ['src/db/queries/tenant-move.ts', 'src/db/transfer/transfer.ts'], // not on distributed tables
  },
  {
    what: 'tables that an insert reads directly, because Citus may take them for empty',
    pattern: /insert into(?:(?!\bmaterialized\b|\breturning\b|\bdelete\b)[^;])*\b(?:from|join) batchline\./i,
    // Runs before the schema is distributed; needs triggers, which distributed tables can't have.
    but: ['src/db/migrations/0040-subscriptions.ts', 'src/db/queries/tenant-fence.ts'],
  },
] as const;

describe('SQL in the sources', () => {
  const texts = sqlTexts();

  test('is found', () => {
    expect(texts.length).toBeGreaterThan(200);
  });

  test.each(RULES)('has no $what', ({ pattern, but }) => {
    const files = new Set(texts.filter(({ text }) => pattern.test(text)).map(({ file }) => file));
    expect([...files].toSorted()).toEqual([...but]);
  });

  test('names the schema only so that it can be renamed', () => {
    const kept = texts.filter(({ text }) => /'batchline(_data)?['.]/.test(withSchema(text, 'cell')));
    // The transfer lists tables by the names that statements use.
    expect([...new Set(kept.map(({ file }) => file))]).toEqual(['src/db/transfer/transfer.ts']);
  });

  test('opens transactions only through inTransaction, which retries them', () => {
    const files = sourceFiles().filter(({ source }) => /\.(transaction|startTransaction)\(\)/.test(source));
    expect(files.map(({ file }) => file)).toEqual(['src/db/transaction.ts']);
  });

  test('changes no record of administration, and deletes only old ones', () => {
    const changes = /(?:updateTable|deleteFrom)\('|(?:update|delete from|truncate) /;
    const pattern = new RegExp(`(?:${changes.source})batchline\\.administration_audit`, 'i');
    const files = sourceFiles().filter(({ source }) => pattern.test(source));
    // Retention is the exception; an update is forbidden there too.
    expect(files.map(({ file }) => file)).toEqual(['src/db/queries/administration-audit.ts']);
    expect(files[0]?.source).not.toMatch(/update(?:Table\(')?\s*batchline\.admin/i);
  });

  test('publishes what follows from a transaction only through afterCommit', () => {
    const files = sourceFiles().filter(({ source }) => /[sS]ignals\.publish\(/.test(source));
    expect(files.map(({ file }) => file).toSorted()).toEqual([
      'src/db/transaction.ts',
      'src/events/feed.ts', // says that this process listens
      'src/queue/children/coordinator.ts', // repeats a signal that was lost
      'src/queue/shared-job.ts', // announces its rounds
      'src/queue/worker.ts', // wakes further workers for a task that none has claimed
      'src/services/change-task.ts', // follows a batched write, which has committed
      'src/services/lease-acquire.ts', // ends a waiting call
    ]);
  });
});
