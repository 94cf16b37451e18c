import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import { RequestError } from '../core/errors.ts';
import { outOfIds } from '../core/limits.ts';
import { type Message, message } from '../core/message.ts';
import { decideOverlap, type OverlapDecision } from '../core/overlap.ts';
import { type Downtime, type Firing, runsToStart } from '../core/schedule.ts';
import type { NewTask } from '../core/task.ts';
import { isOutOfIds } from '../db/queries/ids.ts';
import {
  advanceSchedules,
  type FiringResult,
  findActiveTasks,
  hasQueuedRuns,
  listDueSchedules,
  lockDueSchedules,
  nextDueTime,
  recordCheck,
  type Schedule,
} from '../db/queries/schedule.ts';
import { databaseTime } from '../db/sql.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import { type MissedSchedule, queueMissedSchedules } from '../events/notice-watch.ts';
import type { TaskDeps } from './access.ts';
import { prepareScheduled, timingOf } from './schedules.ts';
import { insertStarts, type PreparedStart } from './start-batcher.ts';

/** Maximum number of schedules fired in one transaction. */
const BATCH = 200;
/** The audit row of a task mentions a delay of at least this. */
const LATE_SECONDS = 60;
/** Polling interval: another server may have changed a schedule. */
const MAX_SLEEP_MS = 10_000;
/** Minimum pause between two rounds: another server may have locked the due schedules. */
const MIN_SLEEP_MS = 50;

/** Delay after a change of a task, while due times are queued: the task may have been the one that they wait for. */
const AFTER_CHANGE_MS = 200;

/** Counts of fired schedules and started tasks. */
interface Fired {
  readonly schedules: number;
  readonly tasks: number;
}

/** The tasks that a due schedule starts, and its next due time. */
interface Plan {
  readonly schedule: Schedule;
  /** `undefined` if no task can be started. */
  readonly task: NewTask | undefined;
  readonly firing: Firing;
  readonly problem: Message | null;
}

/**
 * Starts the tasks of due schedules. All processes run one. A transaction locks the rows of due schedules, starts their
 * tasks and advances the schedules, so that each due time fires once.
 */
export class Scheduler {
  readonly #deps: TaskDeps;
  readonly #log: Logger;
  readonly #clock: () => Date | Promise<Date>;
  readonly #check: (now: Date) => Promise<Downtime | undefined>;
  readonly #job: BackgroundJob;
  #unsubscribe: () => void = () => undefined;
  /** True if due times are queued until an earlier task ends. */
  #hasQueued = false;

  /**
   * @param clock the clock of the database, because those of servers differ and jump; tests replace it
   * @param check records a check of the schedules and returns the last downtime; tests replace it
   */
  constructor(
    deps: TaskDeps,
    log: Logger,
    clock: () => Date | Promise<Date> = () => databaseTime(deps.database.sql),
    check = (now: Date): Promise<Downtime | undefined> => recordCheck(deps.database.sql, now),
  ) {
    this.#deps = deps;
    this.#log = log;
    this.#clock = clock;
    this.#check = check;
    this.#job = new BackgroundJob({
      name: 'scheduler',
      intervalMs: MAX_SLEEP_MS,
      log,
      run: async (signal) => {
        await this.startDue(signal);
        this.#hasQueued = await hasQueuedRuns(deps.database.sql);
        const next = await nextDueTime(deps.database.sql);
        if (next === undefined) return;
        const sleepMs = next.getTime() - (await this.#clock()).getTime();
        this.#job.wakeIn(Math.max(MIN_SLEEP_MS, sleepMs));
      },
    });
  }

  /** Starts the polling loop. */
  start(): void {
    this.#unsubscribe = this.#deps.database.signals.subscribe(({ kind }) => {
      if (kind === 'changed' && this.#hasQueued) this.#job.wakeIn(AFTER_CHANGE_MS);
    });
    this.#job.start();
  }

  /** Checks schedules immediately. Call it after a schedule has been created or changed. */
  wake(): void {
    this.#job.wake();
  }

  /** Stops the polling loop. Resolves when no round is in progress. */
  stop(): Promise<void> {
    this.#unsubscribe();
    return this.#job.stop();
  }

  /** Fires all due schedules in batches. Returns the number of started tasks. */
  async startDue(signal?: AbortSignal): Promise<number> {
    const now = await this.#clock();
    const sql = this.#deps.database.sql;
    let started = 0;
    for (;;) {
      const downtime = await this.#check(now);
      const due = await listDueSchedules(sql, now, BATCH);
      const fired = await this.#fireBatch(due, now, downtime);
      started += fired.tasks;
      // If this process locked no schedule of a full batch, another server is firing the rest.
      if (due.length < BATCH || fired.schedules === 0 || signal?.aborted === true) return started;
    }
  }

  /** Fires a batch in one transaction. If that fails, fires each schedule separately, so that only the invalid one fails. */
  async #fireBatch(due: readonly Schedule[], now: Date, downtime: Downtime | undefined): Promise<Fired> {
    if (due.length === 0) return { schedules: 0, tasks: 0 };
    try {
      return await this.#fire(due, now, downtime);
    } catch (error) {
      if (due.length === 1 && !isOutOfIds(error)) throw error;
      this.#log.warn(
        { event: 'schedule.batch_failed', err: error },
        'batch of schedules failed; firing them one by one',
      );
    }
    const sum = { schedules: 0, tasks: 0 };
    let firstError: unknown;
    for (const schedule of due) {
      try {
        const fired = await this.#fireOne(schedule, now, downtime);
        sum.schedules += fired.schedules;
        sum.tasks += fired.tasks;
      } catch (error) {
        firstError ??= error;
      }
    }
    if (firstError !== undefined) throw firstError;
    return sum;
  }

  /** Fires a schedule. If the ids are used up, stores that as its problem and advances it: a retry can't succeed. */
  async #fireOne(schedule: Schedule, now: Date, downtime: Downtime | undefined): Promise<Fired> {
    try {
      return await this.#fire([schedule], now, downtime);
    } catch (error) {
      if (!isOutOfIds(error)) throw error;
      return this.#fire([schedule], now, downtime, outOfIds().text);
    }
  }

  /** @param obstacle the reason why no task can be started; `undefined` if there is none */
  async #fire(
    due: readonly Schedule[],
    now: Date,
    downtime: Downtime | undefined,
    obstacle?: Message,
  ): Promise<Fired> {
    const plans: Plan[] = [];
    for (const schedule of due) plans.push(await this.#plan(schedule, now, downtime, obstacle));
    return inTransaction(this.#deps.database, async (trx) => {
      const locked = await lockDueSchedules(trx, due);
      const plansToFire = plans.filter(({ schedule }) => locked.has(schedule.id));
      const exclusive = plansToFire.filter(({ schedule }) => schedule.overlap !== 'Allow');
      const active = await findActiveTasks(
        trx,
        exclusive.map(({ schedule }) => schedule.id),
      );
      const decisions = plansToFire.map(({ schedule: { id, overlap }, task, firing }) =>
        task === undefined
          ? NOTHING
          : decideOverlap(overlap, active.has(id), locked.get(id) ?? [], firing.due),
      );
      const starts = plansToFire.map((plan, index) => startsOf(plan, decisions[index] ?? NOTHING, now));
      const ids = await insertStarts(this.#deps, trx, afterCommit(trx), starts.flat());
      let last = -1; // index of the schedule's last id
      await advanceSchedules(
        trx,
        plansToFire.map(({ schedule: { id }, firing, problem }, index): FiringResult => {
          const { start, queued, skipped } = decisions[index] ?? NOTHING;
          last += start.length;
          const lastTaskId = start.length > 0 ? (ids[last] ?? null) : null;
          const at = skipped.at(-1);
          const earlier = active.get(id) ?? lastTaskId;
          return {
            id,
            nextRun: firing.nextRun,
            lastRun: start.at(-1) ?? null,
            lastTaskId,
            problem,
            queued,
            skipped: at === undefined || earlier === null ? null : { at, taskId: earlier },
          };
        }),
      );
      await queueMissedSchedules(trx, plansToFire.flatMap(missOf), now);
      return { schedules: plansToFire.length, tasks: ids.length };
    });
  }

  /** Plans the tasks of a due schedule. Stores a problem that its owner can fix on the schedule, which still advances. */
  async #plan(
    schedule: Schedule,
    now: Date,
    downtime: Downtime | undefined,
    obstacle: Message | undefined,
  ): Promise<Plan> {
    let firing: Firing = { due: [], nextRun: null };
    let problem: Message | null = null;
    let task: NewTask | undefined;
    try {
      // A schedule without a next due time is here for its queue.
      if (schedule.nextRun !== null)
        firing = runsToStart(timingOf(schedule), schedule, schedule.nextRun, now, downtime);
      if (firing.nextRun === null) problem = message`Cron "${schedule.cron}" has no further due time.`;
    } catch (error) {
      problem = message`Cron "${schedule.cron}" has no next due time: ${(error as Error).message}`;
    }
    try {
      if (firing.due.length + schedule.queued.length > 0) task = await prepareScheduled(this.#deps, schedule);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      problem = error.text;
    }
    if (obstacle !== undefined) {
      task = undefined;
      problem = obstacle;
    }
    if (problem !== null) {
      this.#log.warn(
        { event: 'schedule.start_failed', schedule: schedule.name, problem: String(problem) },
        'schedule failed to start a task',
      );
    }
    return { schedule, task, firing, problem };
  }
}

/** Returns the due time for which no task is started, with the reason; none if there is no such time. */
function missOf({ schedule, task, firing, problem }: Plan): MissedSchedule[] {
  const { id, name, definition, ownerId, tenant } = schedule;
  const common = { id, name, definition, ownerId, tenant };
  const startsTasks = task !== undefined && firing.due.length > 0;
  if (problem !== null && !startsTasks)
    return [{ ...common, due: firing.due[0] ?? schedule.nextRun ?? new Date(), reason: problem }];
  if (firing.skipped === undefined) return [];
  return [{ ...common, due: firing.skipped, reason: message`No server was running then.` }];
}

/** The decision for a schedule whose task can't be started: its due times are lost, with the problem stored on it. */
const NOTHING: OverlapDecision = { start: [], queued: [], skipped: [] };

/** Returns a start for each due time. */
function startsOf({ schedule, task }: Plan, { start }: OverlapDecision, now: Date): PreparedStart[] {
  if (task === undefined) return [];
  const { id: scheduleId, name, ownerId: actorId, priority } = schedule;
  return start.map((time) => ({
    task,
    details: { actorId, priority, delaySeconds: 0, reason: reasonFor(name, time, now), scheduleId },
  }));
}

/** Returns the reason in the audit of a scheduled task. */
function reasonFor(name: string, time: Date, now: Date): Message {
  const lateSeconds = Math.floor((now.getTime() - time.getTime()) / 1000);
  return lateSeconds < LATE_SECONDS
    ? message`Started by the schedule "${name}" for ${time}.`
    : message`Started by the schedule "${name}" for ${time}, ${lateSeconds} seconds late.`;
}
