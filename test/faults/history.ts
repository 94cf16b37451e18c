import { sql } from 'kysely';
import { expect } from 'vitest';
import type { DefinitionLimits } from '../../src/core/limits.ts';
import { hasEnded } from '../../src/core/task-state.ts';
import type { Database } from '../../src/db/database.ts';
import { type RunRecord, readRunRecord, shortestSpan } from '../support/run-record.ts';
import { checkAttempts, checkChain, type TaskStory } from './inspect.ts';

/**
 * Checks the history of an ended task that no client changed: an unbroken chain of legal transitions with one end; each
 * attempt claimed, started and ended once, by the process that owned it or by its rescuer, with one record of its end; and
 * counts in the row that match the history. This proves that no stale run has written.
 */
export function checkHistory(story: TaskStory): void {
  checkChain(story);
  checkAttempts(story);
  const about = `task ${story.id}: ${JSON.stringify(story.audit)}`;
  let attempt = 0;
  let holder: string | null = null;
  const count = { starts: 0, failures: 0, losses: 0, returns: 0, ends: 0 };
  for (const entry of story.audit) {
    if (entry.to === 'Aquired') {
      attempt += 1;
      holder = entry.node;
    }
    expect(entry.attempt, about).toBe(attempt);
    if (entry.from === 'Aquired') {
      expect(entry.node, about).toBe(holder);
      count.starts += 1;
    } else if (entry.from === 'Started') {
      if (entry.reason.endsWith('was lost.')) {
        expect(entry.reason, about).toBe(`Worker ${holder} was lost.`);
        count.losses += 1;
      } else expect(entry.node, about).toBe(holder);
      if (/\bfailed[.;]/.test(entry.reason)) count.failures += 1;
      if (entry.reason === 'Returned to the queue by its worker.') count.returns += 1;
    }
    if (hasEnded(entry.to)) count.ends += 1;
  }
  expect(count.ends, about).toBe(1);
  expect(story, about).toMatchObject({ failures: count.failures, losses: count.losses });
  // A claim that never reached its worker counts as no start; the task was handed back.
  expect(story.startCount, about).toBeLessThanOrEqual(count.starts);
  expect(story.startCount, about).toBeGreaterThanOrEqual(count.starts - count.returns);
}

/**
 * Checks the audit rows for violations of a definition's limits at any instant. A run counts from its start until its
 * end is recorded, a lost run until it was rescued.
 *
 * @returns the maximum number of concurrent runs
 */
export async function checkLimits(
  { sql: db }: Database,
  name: string,
  limits: DefinitionLimits,
): Promise<number> {
  const record = await readRunRecord(db, name);
  checkRecord(record, name, limits);
  return record.most;
}

/** Checks that no recorded run exceeds the limits. */
export function checkRecord(
  record: RunRecord,
  name: string,
  { concurrent, perTenant, rate }: DefinitionLimits,
): void {
  if (concurrent !== undefined) expect(record.most, `${name} at once`).toBeLessThanOrEqual(concurrent);
  if (perTenant !== undefined)
    expect(record.mostOfTenant, `${name} at once for a tenant`).toBeLessThanOrEqual(perTenant);
  if (rate !== undefined)
    expect(shortestSpan(record, rate.runs), `ms for ${rate.runs + 1} of ${name}`).toBeGreaterThanOrEqual(
      rate.seconds * 1000,
    );
}

/**
 * Checks that a schedule has started one task for each due time, of those that come every so many ms.
 *
 * @param first its first due time, and the last that must have been taken
 * @returns how many those were
 */
export async function checkSchedule(
  { sql: db }: Database,
  name: string,
  { first, last, everyMs }: { readonly first: Date; readonly last: Date; readonly everyMs: number },
): Promise<number> {
  const { rows } = await sql<{ due: string }>`
    select reason_message->'values'->1->>'at' as due from batchline.task_audit
    where from_state is null and reason_message->>'template' = 'Started by the schedule "{0}" for {1}.'
      and reason_message->'values'->>0 = ${name}
    order by due`.execute(db);
  const due = rows.map((row) => Date.parse(row.due));
  expect(due.at(-1), `the last due time of ${name}`).toBeGreaterThanOrEqual(last.getTime());
  const wanted = due.map((_, index) => first.getTime() + index * everyMs);
  expect(due, `the due times of ${name}`).toEqual(wanted);
  return due.length;
}

/** Checks that of tasks that ran one at once, all of them waiting when the first began, the highest came first. */
export function checkPriorities(stories: readonly TaskStory[]): void {
  const starts = stories.flatMap(({ id, priority, audit }) =>
    audit.filter((entry) => entry.to === 'Started').map(({ at }) => ({ at, id, priority })),
  );
  starts.sort((a, b) => a.at - b.at || b.priority - a.priority);
  const order = starts.map((start) => start.priority);
  expect(order, 'priorities in the order of the starts').toEqual(order.toSorted((a, b) => b - a));
}

/** Checks that a task that was started with a delay has not begun before. */
export function checkDelay({ id, created, audit }: TaskStory, seconds: number): void {
  const begun = audit.find((entry) => entry.to === 'Started')?.at ?? 0;
  // Both are cut to whole ms.
  expect(begun - created, `ms until the run of task ${id}`).toBeGreaterThanOrEqual(seconds * 1000 - 1);
}
