import { sql } from 'kysely';
import { pino } from 'pino';
import { expect } from 'vitest';
import { readConfig } from '../../src/config.ts';
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
