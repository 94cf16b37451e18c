import type { Logger } from 'pino';
import { Refusal } from '../../domain/errors.ts';
import { message } from '../../domain/message.ts';
import { dueAfter, runsToStart } from '../../domain/schedule.ts';
import { databaseTime } from '../../store/database-time.ts';
import { lockDueSchedule, moveScheduleOn } from '../../store/schedules/fire-schedule.ts';
import { listDueSchedules, nextDueTime } from '../../store/schedules/read-schedules.ts';
import type { Schedule } from '../../store/schedules/schedule-row.ts';
import { inTransaction } from '../../store/transaction.ts';
import { announceStart, insertStart } from '../start-task.ts';
import type { TaskParts } from '../task-parts.ts';
import { prepareScheduled } from './schedule-start.ts';
import { timingOf } from './timing.ts';

const BATCH = 50;
/** Schedules that another server has changed are seen after this long at the latest. */
const LONGEST_SLEEP_MS = 10_000;
/** While another server has what is due. */
const SHORTEST_SLEEP_MS = 50;

/**
 * Starts tasks by the clock. Every process does it: a due time is taken under the lock of its schedule's row, in the
 * transaction that starts the task and moves the row on, so that each is taken once.
 */
export class Scheduler {
  readonly #parts: TaskParts;
  readonly #log: Logger;
  readonly #clock: () => Date | Promise<Date>;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = true;

  /** @param clock the database's unless a test has another: the clocks of servers differ, and jump */
  constructor(
    parts: TaskParts,
    log: Logger,
    clock: () => Date | Promise<Date> = () => databaseTime(parts.database.sql),
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#clock = clock;
  }

  /** Begins to watch the clock. */
  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Looks at once what is due: a schedule was made or changed. */
  wake(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#working = this.#working.then(() => this.#lookAndSleep());
  }

  /** Resolves when nothing is being started. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Starts what is due now. Resolves to how many tasks that were. */
  async startDue(): Promise<number> {
    const now = await this.#clock();
    let started = 0;
    let fault: unknown;
    for (const schedule of await listDueSchedules(this.#parts.database.sql, now, BATCH)) {
      try {
        started += await this.#fire(schedule, now);
      } catch (error) {
        fault ??= error; // one schedule's trouble is not that of the others
      }
    }
    if (fault !== undefined) throw fault;
    return started;
  }

  async #lookAndSleep(): Promise<void> {
    let sleep = LONGEST_SLEEP_MS;
    try {
      await this.startDue();
      const next = await nextDueTime(this.#parts.database.sql);
      if (next !== undefined) sleep = Math.min(sleep, next.getTime() - (await this.#clock()).getTime());
    } catch (error) {
      this.#log.warn({ err: error }, 'the schedules could not be looked at; trying again');
    }
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.wake(), Math.max(SHORTEST_SLEEP_MS, sleep));
  }

  async #fire(schedule: Schedule, now: Date): Promise<number> {
    if (schedule.nextRun === null) return 0;
    const timing = timingOf(schedule);
    const due = runsToStart(timing, schedule, schedule.nextRun, now);
    const [nextRun = null] = dueAfter(timing, now, 1);
    const { database } = this.#parts;
    try {
      const task = await prepareScheduled(this.#parts, schedule);
      const ids = await inTransaction(database.sql, async (trx) => {
        if (!(await lockDueSchedule(trx, schedule))) return undefined;
        const started: number[] = [];
        for (const time of due) {
          const reason = message`Started by the schedule "${schedule.name}" for ${time}.`;
          const { priority } = schedule;
          const details = { actorId: schedule.ownerId, priority, delaySeconds: 0, reason };
          started.push(await insertStart(this.#parts, trx, task, details));
        }
        await moveScheduleOn(trx, schedule.id, {
          nextRun,
          lastRun: due.at(-1) ?? null,
          lastTaskId: started.at(-1) ?? null,
          problem: null,
        });
        return started;
      });
      if (ids === undefined || ids.length === 0) return 0;
      announceStart(this.#parts, task.name, 0, ids.length);
      return ids.length;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.#skip(schedule, nextRun, error);
      return 0;
    }
  }

  /** Nothing can be started: the schedule says why and moves on. */
  async #skip(schedule: Schedule, nextRun: Date | null, { text }: Refusal): Promise<void> {
    await inTransaction(this.#parts.database.sql, async (trx) => {
      if (!(await lockDueSchedule(trx, schedule))) return;
      await moveScheduleOn(trx, schedule.id, { nextRun, lastRun: null, lastTaskId: null, problem: text });
      this.#log.warn({ schedule: schedule.name, problem: String(text) }, 'a schedule could start nothing');
    });
  }
}
