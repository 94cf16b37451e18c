import { sql } from 'kysely';
import { pino } from 'pino';
import { expect } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type AttemptOutcomeName, attemptOutcomeOf } from '../../src/core/attempt.ts';
import { isAllowedTransition, type StoredState, storedStateOf } from '../../src/core/task-state.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Place } from '../support/databases.ts';
import { TEST_ENV } from '../support/test-server.ts';

/** A transition in the history. */
export interface StoryEntry {
  readonly from: StoredState | null;
  readonly to: StoredState;
  readonly attempt: number;
  readonly node: string | null;
  readonly reason: string;
  /** In ms since 1970, as the database's clock has it. */
  readonly at: number;
}

/** The record of an ended attempt. */
export interface AttemptRecord {
  readonly number: number;
  readonly worker: string | null;
  /** In ms since 1970, as the database's clock has it. */
  readonly claimed: number | null;
  readonly started: number | null;
  readonly ended: number;
  readonly outcome: AttemptOutcomeName;
  readonly hasError: boolean;
  readonly nextDelay: number | null;
}

/** A task with its history, as the database has them. */
export interface TaskStory {
  readonly id: number;
  readonly name: string;
  readonly priority: number;
  /** In ms since 1970. */
  readonly created: number;
  readonly state: StoredState;
  readonly startCount: number;
  readonly failures: number;
  readonly losses: number;
  readonly result: string;
  readonly checkpoint: unknown;
  readonly progressDescription: string;
  readonly audit: readonly StoryEntry[];
  /** In the order of their numbers. */
  readonly attempts: readonly AttemptRecord[];
}

/** Content of a place's database. */
export interface Contents {
  readonly stories: ReadonlyMap<number, TaskStory>;
  /** The histories by task, those of deleted tasks included. */
  readonly audits: ReadonlyMap<number, readonly StoryEntry[]>;
  /** The tasks that will run: New ones, and parents that wait for children or can continue. */
  readonly liveJobs: readonly number[];
}

/** Reads the database of a place directly. With the embedded database, no server may be running on it. */
export function inspect(place: Place): Promise<Contents> {
  return withDatabase(place, readContents);
}

/** Opens the database of a place, as `inspect` does, for other reads. */
export async function withDatabase<T>(place: Place, use: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(readConfig({ ...TEST_ENV, ...place.env }), pino({ level: 'silent' }));
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

/** Reads everything from an open database. */
export async function readContents(database: Database): Promise<Contents> {
  const audit = await database.sql.selectFrom('batchline.task_audit').selectAll().orderBy('id').execute();
  const tasks = await database.sql.selectFrom('batchline.task').selectAll().orderBy('id').execute();
  const ended = await database.sql
    .selectFrom('batchline.task_attempt')
    .selectAll()
    .orderBy('task_id')
    .orderBy('number')
    .execute();
  const attempts = Map.groupBy(ended, (attempt) => attempt.task_id);
  const jobs = await sql<{ task: number }>`
    select id as task from batchline.task where state = 1
    union select parent_id from batchline.task_family where ready_since is not null`.execute(database.sql);
  const audits = new Map(
    [...Map.groupBy(audit, (entry) => entry.task_id)].map(([task, entries]) => [
      task,
      entries.map((entry) => ({
        from: entry.from_state === null ? null : storedStateOf(entry.from_state),
        to: storedStateOf(entry.to_state),
        attempt: entry.attempt,
        node: entry.node_id,
        reason: entry.reason,
        at: entry.at.getTime(),
      })),
    ]),
  );
  const stories = tasks.map(
    (task): TaskStory => ({
      id: task.id,
      name: task.name,
      priority: task.priority,
      created: task.created.getTime(),
      state: storedStateOf(task.state),
      startCount: task.start_count,
      failures: task.failures,
      losses: task.losses,
      result: task.result,
      checkpoint: task.checkpoint,
      progressDescription: task.progress_description,
      audit: audits.get(task.id) ?? [],
      attempts: (attempts.get(task.id) ?? []).map((one) => ({
        number: one.number,
        worker: one.worker,
        claimed: one.claimed?.getTime() ?? null,
        started: one.started?.getTime() ?? null,
        ended: one.ended.getTime(),
        outcome: attemptOutcomeOf(one.outcome),
        hasError: one.error !== null,
        nextDelay: one.next_delay,
      })),
    }),
  );
  return {
    stories: new Map(stories.map((story) => [story.id, story])),
    audits,
    liveJobs: jobs.rows.map((job) => job.task),
  };
}

/** The story of a task that must exist. */
export function storyOf(contents: Contents, task: number): TaskStory {
  const story = contents.stories.get(task);
  if (story === undefined) throw new Error(`Task ${task} was acknowledged and does not exist.`);
  return story;
}

/** Checks that a history is an unbroken chain of legal moves that leads to where the task is. */
export function checkChain(story: Pick<TaskStory, 'id' | 'state' | 'audit'>): void {
  const about = `task ${story.id}: ${story.audit.map((entry) => `${entry.from}→${entry.to}`).join(', ')}`;
  expect(story.audit[0], about).toMatchObject({ from: null, to: 'New' });
  for (const [index, entry] of story.audit.entries()) {
    if (entry.from === null) {
      expect(index, about).toBe(0);
      continue;
    }
    expect(entry.from, about).toBe(story.audit[index - 1]?.to);
    expect(entry.from !== entry.to && isAllowedTransition(entry.from, entry.to), about).toBe(true);
  }
  expect(story.audit.at(-1)?.to, about).toBe(story.state);
}

/** The outcomes that an attempt can have, by the state of its task afterwards. */
const OUTCOMES: Readonly<Record<StoredState, readonly AttemptOutcomeName[]>> = {
  New: ['Failed', 'Expired', 'HandedBack'],
  Aquired: [],
  Started: [],
  Succeeded: ['Succeeded'],
  SucceededManualCleanup: ['Succeeded'],
  Failed: ['Failed', 'Stopped', 'Expired'],
};

/**
 * Checks the records of the attempts against the history of a task without children: every attempt that started has exactly
 * one end, not after that of the history and by the process that owned it, unless its lease expired; numbers have no gaps;
 * and no attempt is open after the task has ended.
 */
export function checkAttempts(story: Pick<TaskStory, 'id' | 'state' | 'audit' | 'attempts'>): void {
  const about = `task ${story.id}: ${JSON.stringify(story)}`;
  const starts = story.audit.filter((entry) => entry.to === 'Started');
  const ends = story.audit.filter((entry) => entry.from === 'Started');
  const counted = Array.from(starts, (_, index) => index + 1);
  expect(
    starts.map((entry) => entry.attempt),
    about,
  ).toEqual(counted);
  expect(ends.length, about).toBe(starts.length - (story.state === 'Started' ? 1 : 0));
  expect(
    story.attempts.map((attempt) => attempt.number),
    about,
  ).toEqual(counted.slice(0, ends.length));
  for (const [index, attempt] of story.attempts.entries()) {
    const start = starts[index];
    const end = ends[index];
    expect(end?.attempt, about).toBe(attempt.number);
    expect(attempt.worker, about).toBe(start?.node);
    // The history has the time of its row, the attempt that of the transaction's start.
    expect(attempt.claimed, about).toBeLessThanOrEqual(start?.at ?? 0);
    expect(attempt.ended, about).toBeLessThanOrEqual(end?.at ?? 0);
    expect([null, attempt.claimed], about).toContain(attempt.started);
    const { to, node, reason } = end as StoryEntry;
    expect(OUTCOMES[to], about).toContain(attempt.outcome);
    // A caller (no process) or its own process ended it, or any process after its lease expired. Its own process does so
    // if it never received the response to its claim.
    if (attempt.outcome !== 'Expired') expect([null, attempt.worker], about).toContain(node);
    else if (node === attempt.worker) expect(reason, about).toMatch(/was lost/);
    const hasFailed = attempt.outcome === 'Failed' && node !== null;
    if (attempt.outcome !== 'Stopped') expect(attempt.hasError, about).toBe(hasFailed);
    expect(attempt.nextDelay !== null, about).toBe(to === 'New' && node !== null);
  }
}
