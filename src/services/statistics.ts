import type { Caller } from '../core/access.ts';
import { groupLastFailures, type RunTimes, readRunTimes } from '../db/queries/definition-runs.ts';
import {
  type ChangeCount,
  countChanges,
  countQueues,
  countWorkers,
  type FailureGroup,
  groupFailures,
  type QueueCount,
  type WorkerCount,
} from '../db/queries/statistics.ts';
import { readCountedRange } from '../db/queries/statistics-rollup.ts';
import type { TaskDeps } from './access.ts';
import { findDefinition } from './definitions.ts';

const MIN_MINUTES = 5;
const MAX_MINUTES = 60 * 24 * 60;
const MAX_FAILURE_GROUPS = 20;
/** The lengths of a step, in seconds. */
const STEPS = [10, 30, 60, 300, 900, 1800, 3600, 14_400];
const LONGEST_STEP = 86_400;
/** A period that is shorter than the longest step allows has at most this many steps. */
const MAX_STEPS = 60;

/** The period of statistics, in whole steps. */
export interface Period {
  readonly since: Date;
  readonly stepSeconds: number;
}

/** The statistics of a period. */
export interface Statistics extends Period {
  readonly changes: readonly ChangeCount[];
  readonly workers: readonly WorkerCount[];
  readonly queues: readonly QueueCount[];
  readonly failures: readonly FailureGroup[];
}

/**
 * Returns the throughput, queues and failures of the caller's tenant, or of all tenants.
 *
 * @param minutes length of the period, limited to between five minutes and sixty days
 */
export function readStatistics(
  { database }: TaskDeps,
  { tenant }: Caller,
  minutes: number,
  now: Date,
): Promise<Statistics> {
  const { since, stepSeconds } = periodOf(minutes, now);
  return database.lists.read(async (db) => {
    const scope = { tenant, since, stepSeconds, seen: await readCountedRange(db) };
    return {
      since,
      stepSeconds,
      changes: await countChanges(db, scope),
      workers: await countWorkers(db, scope),
      queues: await countQueues(db, tenant),
      failures: await groupFailures(db, scope, MAX_FAILURE_GROUPS),
    };
  });
}

/** Percentiles and failures of a definition are read from at most this many of its tasks, those that ended last. */
const SAMPLE = 1000;

/** The statistics of one definition in a period. */
export interface DefinitionStatistics extends Period, RunTimes {
  readonly name: string;
  readonly changes: readonly ChangeCount[];
  readonly queue: QueueCount | undefined;
  readonly failures: readonly FailureGroup[];
}

/**
 * Returns throughput, queue, waiting and running times, and failures of one definition, of the caller's tenant or of all.
 *
 * @param minutes length of the period, limited to between five minutes and sixty days
 * @throws RequestError (notFound) if there is no such definition
 */
export async function readDefinitionStatistics(
  deps: TaskDeps,
  caller: Caller,
  definition: string,
  minutes: number,
  now: Date,
): Promise<DefinitionStatistics> {
  const { name } = await findDefinition(deps, definition);
  const { tenant } = caller;
  const { since, stepSeconds } = periodOf(minutes, now);
  const sample = { name, tenant, since, limit: SAMPLE };
  return deps.database.lists.read(async (db) => ({
    name,
    since,
    stepSeconds,
    changes: (
      await countChanges(db, { tenant, since, stepSeconds, seen: await readCountedRange(db) })
    ).filter((one) => one.name === name),
    queue: (await countQueues(db, tenant)).find((one) => one.name === name),
    ...(await readRunTimes(db, sample)),
    failures: await groupLastFailures(db, sample, MAX_FAILURE_GROUPS),
  }));
}

/** Returns the period of this many minutes that ends now. It begins with a whole step. */
export function periodOf(minutes: number, now: Date): Period {
  const seconds = Math.min(Math.max(minutes, MIN_MINUTES), MAX_MINUTES) * 60;
  const stepSeconds = STEPS.find((step) => seconds <= step * MAX_STEPS) ?? LONGEST_STEP;
  const stepMs = stepSeconds * 1000;
  return { since: new Date(Math.ceil((now.getTime() - seconds * 1000) / stepMs) * stepMs), stepSeconds };
}
