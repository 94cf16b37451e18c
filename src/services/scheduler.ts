import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import { RequestError } from '../core/errors.ts';
import { type Message, message } from '../core/message.ts';
import { type Downtime, type Firing, runsToStart } from '../core/schedule.ts';
import type { NewTask } from '../core/task.ts';
import type { Schedule } from '../db/queries/schedule.ts';
import {
  advanceSchedules,
  type FiringResult,
  listDueSchedules,
  lockDueSchedules,
  nextDueTime,
  recordCheck,
} from '../db/queries/schedule.ts';
import { databaseTime } from '../db/sql.ts';
import { inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './context.ts';
import { prepareScheduled, timingOf } from './schedules.ts';
import { insertStarts, type PreparedStart } from './start-task.ts';

/** Maximum number of schedules that one transaction fires. */
const BATCH = 200;
/** The audit row of a task mentions a delay of this much or more. */
const LATE_SECONDS = 60;
/** Schedules that another server has changed are seen after this long at the latest. */
const LONGEST_SLEEP_MS = 10_000;
/** While another server has what is due. */
const SHORTEST_SLEEP_MS = 50;

interface Fired {
  readonly schedules: number;
  readonly tasks: number;
}

/** The plan of one schedule. */
interface Plan {
  readonly schedule: Schedule;
  /** `undefined` if no task can be started. */
  readonly task: NewTask | undefined;
  readonly firing: Firing;
  readonly problem: Message | null;
}

/**
 * Starts tasks by the clock. Every process does it: due times are taken under the locks of their schedules' rows, in the
 * transaction that starts the tasks and advances the rows, so that each is taken once.
 */
export class Scheduler {
  readonly #parts: TaskDeps;
  readonly #log: Logger;
  readonly #clock: () => Date | Promise<Date>;
  readonly #look: (now: Date) => Promise<Downtime | undefined>;
  readonly #job: BackgroundJob;

  /**
   * @param clock the database's unless a test sets one, because the clocks of servers differ and jump
   * @param look records a check of the schedules and resolves to the last downtime; a test sets its own
   */
  constructor(
    parts: TaskDeps,
    log: Logger,
    clock: () => Date | Promise<Date> = () => databaseTime(parts.database.sql),
    look = (now: Date): Promise<Downtime | undefined> => recordCheck(parts.database.sql, now),
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#clock = clock;
    this.#look = look;
    this.#job = new BackgroundJob({
      name: 'scheduler',
      intervalMs: LONGEST_SLEEP_MS,
      log,
      run: async (signal) => {
        await this.startDue(signal);
        const next = await nextDueTime(parts.database.sql);
        if (next === undefined) return;
        const sleepMs = next.getTime() - (await this.#clock()).getTime();
        this.#job.wakeIn(Math.max(SHORTEST_SLEEP_MS, sleepMs));
      },
    });
  }

  /** Begins to watch the clock. */
  start(): void {
    this.#job.start();
  }

  /** Looks at once what is due: a schedule was made or changed. */
  wake(): void {
    this.#job.wake();
  }

  /** Resolves when nothing is being started. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Starts all that is due now, in batches. Resolves to the number of tasks started. */
  async startDue(signal?: AbortSignal): Promise<number> {
    const now = await this.#clock();
    const sql = this.#parts.database.sql;
    let started = 0;
    for (;;) {
      const downtime = await this.#look(now);
      const due = await listDueSchedules(sql, now, BATCH);
      const fired = await this.#fireBatch(due, now, downtime);
      started += fired.tasks;
      // Another server has the rest if none of a full batch was ours.
      if (due.length < BATCH || fired.schedules === 0 || signal?.aborted === true) return started;
    }
  }

  /** Fires a batch in one transaction; if it fails, each schedule in a separate one, so that only the faulty one fails. */
  async #fireBatch(due: readonly Schedule[], now: Date, downtime: Downtime | undefined): Promise<Fired> {
    if (due.length === 0) return { schedules: 0, tasks: 0 };
    try {
      return await this.#fire(due, now, downtime);
    } catch (error) {
      if (due.length === 1) throw error;
      this.#log.warn(
        { event: 'schedule.batch_failed', err: error },
        'batch of schedules failed; firing them one by one',
      );
    }
    const sum = { schedules: 0, tasks: 0 };
    let fault: unknown;
    for (const schedule of due) {
      try {
        const fired = await this.#fire([schedule], now, downtime);
        sum.schedules += fired.schedules;
        sum.tasks += fired.tasks;
      } catch (error) {
        fault ??= error;
      }
    }
    if (fault !== undefined) throw fault;
    return sum;
  }

  async #fire(due: readonly Schedule[], now: Date, downtime: Downtime | undefined): Promise<Fired> {
    const plans: Plan[] = [];
    for (const schedule of due) plans.push(await this.#plan(schedule, now, downtime));
    return inTransaction(this.#parts.database, async (trx) => {
      const locked = await lockDueSchedules(trx, due);
      const ours = plans.filter(({ schedule }) => locked.has(schedule.id));
      const starts = ours.map((plan) => startsOf(plan, now));
      const ids = await insertStarts(this.#parts, trx, starts.flat());
      let last = -1; // index of the last id of a schedule
      await advanceSchedules(
        trx,
        ours.map(({ schedule: { id }, firing, problem }, index): FiringResult => {
          const count = starts[index]?.length ?? 0;
          last += count;
          return {
            id,
            nextRun: firing.nextRun,
            lastRun: count > 0 ? (firing.due.at(-1) ?? null) : null,
            lastTaskId: count > 0 ? (ids[last] ?? null) : null,
            problem,
          };
        }),
      );
      return { schedules: ours.length, tasks: ids.length };
    });
  }

  /** Plans what a schedule starts now. A problem that the owner can fix is stored on the schedule, which advances. */
  async #plan(schedule: Schedule, now: Date, downtime: Downtime | undefined): Promise<Plan> {
    let firing: Firing = { due: [], nextRun: null };
    let problem: Message | null = null;
    let task: NewTask | undefined;
    try {
      firing = runsToStart(timingOf(schedule), schedule, schedule.nextRun ?? now, now, downtime);
      if (firing.nextRun === null) problem = message`Cron "${schedule.cron}" has no further due time.`;
    } catch (error) {
      problem = message`Cron "${schedule.cron}" has no next due time: ${(error as Error).message}`;
    }
    try {
      if (firing.due.length > 0) task = await prepareScheduled(this.#parts, schedule);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      problem = error.text;
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

/** The tasks of a schedule that are due. */
function startsOf({ schedule, task, firing }: Plan, now: Date): PreparedStart[] {
  if (task === undefined) return [];
  const { name, ownerId: actorId, priority } = schedule;
  return firing.due.map((time) => ({
    task,
    details: { actorId, priority, delaySeconds: 0, reason: reasonFor(name, time, now) },
  }));
}

/** The reason in the record of a task that a schedule starts. */
function reasonFor(name: string, time: Date, now: Date): Message {
  const lateSeconds = Math.floor((now.getTime() - time.getTime()) / 1000);
  return lateSeconds < LATE_SECONDS
    ? message`Started by the schedule "${name}" for ${time}.`
    : message`Started by the schedule "${name}" for ${time}, ${lateSeconds} seconds late.`;
}
