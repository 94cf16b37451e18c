import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { decideOutcome } from '../core/run-outcome.ts';
import type { Database } from '../db/database.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import type { Files } from '../files/files.ts';
import { ParentCoordinator } from './children/coordinator.ts';
import { claimBatch } from './claimer.ts';
import { Completer } from './completer.ts';
import type { Definitions } from './definitions.ts';
import { type ExecutionDeps, executeRun, releaseScratch, storeResult } from './executor.ts';
import { applyEndsAtOnce, endOf } from './finish.ts';
import { Heartbeat } from './heartbeat.ts';
import { type Claim, Producer } from './producer.ts';
import { Housekeeping } from './pruner.ts';
import type { RegisteredDefinition, Registry } from './registry.ts';
import { Rescuer } from './rescuer.ts';
import { Run, type RunFaults } from './run.ts';
import { taskReader } from './run-context.ts';
import { RunLog } from './run-log.ts';
import { Stager } from './stager.ts';
import type { TaskQueue } from './task-queue.ts';
import { ThreadPool } from './threads/pool.ts';

/** How long the last ends may take to be written, after the grace period, during a stop. */
const LAST_WRITES_SECONDS = 5;

/** What the engine works with. */
export interface EngineDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly registry: Registry;
  readonly definitions: Definitions;
  readonly files: Files;
}

/** How many tasks of one kind run in a process, and how many may. */
export interface EngineLoad {
  /** Where they run. */
  readonly isolate: 'inline' | 'thread';
  readonly running: number;
  readonly slots: number;
}

/**
 * Runs tasks in this process, and looks after what others have left behind. A run begins with a claim in the database and ends with a write that only the
 * claim's attempt number allows; between them the heartbeat keeps the lease.
 */
export class TaskRunner {
  readonly #parts: EngineDeps;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #heartbeat: Heartbeat;
  readonly #ends: Completer;
  readonly #recovery: Rescuer;
  readonly #housekeeping: Housekeeping;
  readonly #stager: Stager;
  readonly #families: ParentCoordinator;
  readonly #execution: ExecutionDeps;
  readonly #dispatchers: Producer<Run>[] = [];
  readonly #loads: (() => EngineLoad)[] = [];
  readonly #again = new Map<string, NodeJS.Timeout>();
  readonly #faults: RunFaults;
  #unsubscribe: () => void = () => undefined;

  /** @param runs whether tasks run here; without, it only looks after those that run elsewhere */
  constructor(parts: EngineDeps, config: Config, log: Logger, runs = true) {
    this.#parts = parts;
    this.#config = config;
    this.#log = log;
    this.#heartbeat = new Heartbeat(parts.database, log);
    this.#ends = new Completer(
      (ends) => applyEndsAtOnce(parts.database, parts.queue, ends),
      parts.database.backend === 'pglite',
      log,
    );
    this.#recovery = new Rescuer(parts, config.nodeId, config.leaseSeconds, log, (run) =>
      this.#heartbeat.holds(run.taskId, run.attempt),
    );
    this.#housekeeping = new Housekeeping(parts.database, log);
    this.#stager = new Stager(parts.database, log);
    this.#families = new ParentCoordinator(parts.database, log);
    const context = {
      database: parts.database,
      files: parts.files,
      allowPrivateAddresses: config.allowPrivateAddresses,
      readTasks: taskReader(parts.database),
      runLog: new RunLog(parts.database.sql, log),
      families: { ...parts, textLimits: config.textLimits },
    };
    const { runLog } = context;
    this.#faults = {
      report({ id: taskId, attempt, name }, kind, text) {
        parts.queue.meter.faulted(name, kind);
        runLog.add({ taskId, attempt, level: 'error', message: String(text), afterEnd: true });
      },
    };
    const threads = new ThreadPool(config.threads, config.textLimits.progressDescription, context);
    this.#execution = { ...context, threads, graceSeconds: config.graceSeconds };
    for (const isolate of runs ? (['inline', 'thread'] as const) : []) {
      const names = parts.registry.all().filter((one) => one.isolate === isolate);
      if (names.length === 0) continue;
      const dispatcher = new Producer<Run>({
        names: names.map((one) => one.definition.name),
        slots: isolate === 'inline' ? config.concurrency : config.threads,
        claim: (name, limit) => this.#claim(name, limit),
        run: (run) => this.#run(run),
        log,
      });
      this.#dispatchers.push(dispatcher);
      this.#loads.push(() => ({ isolate, ...dispatcher.load }));
    }
  }

  /** Brings back what an earlier fault has left, then begins to run tasks. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#parts.database.signals.subscribe((signal) => {
      if (signal.kind === 'due') for (const dispatcher of this.#dispatchers) dispatcher.wake(signal.names);
      else if (signal.kind === 'stop') void this.#heartbeat.check(signal.taskId);
    });
    await this.#recovery.start();
    this.#housekeeping.start();
    this.#parts.queue.onDelayed = (seconds) => this.#stager.wakeIn(seconds);
    this.#stager.start();
    this.#heartbeat.start();
    this.#families.start();
    for (const dispatcher of this.#dispatchers) dispatcher.start();
  }

  /**
   * Ends gracefully: claims nothing more, tells the runs to end, hands back those that have not finished
   * within the grace period. Ends that can't be written by then are given up, so that a stop always ends; their tasks
   * come back when their leases are over.
   */
  async stop(): Promise<void> {
    await Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.stop()));
    for (const timer of this.#again.values()) clearTimeout(timer);
    for (const run of this.#heartbeat.runs) run.cancel('shutdown');
    const givingUp = setTimeout(
      () => this.#ends.giveUp(),
      (this.#config.graceSeconds + LAST_WRITES_SECONDS) * 1000,
    );
    await Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.drained()));
    clearTimeout(givingUp);
    this.#unsubscribe();
    await this.#execution.runLog.flush();
    await this.#ends.close();
    await this.#heartbeat.stop();
    await this.#recovery.stop();
    await this.#housekeeping.stop();
    await this.#stager.stop();
    await this.#families.stop();
    await this.#execution.threads.close();
  }

  /** How many tasks run in this process, and how many may. */
  get load(): readonly EngineLoad[] {
    return this.#loads.map((load) => load());
  }

  async #claim(name: string, limit: number): Promise<Claim<Run>> {
    const definition = this.#parts.registry.get(name);
    const { claimed, more, againInSeconds } = await claimBatch(this.#parts, {
      name,
      limit,
      owner: this.#config.nodeId,
      leaseSeconds: definition.leaseSeconds,
      tenant: null,
    });
    if (againInSeconds !== undefined) this.#scheduleWakeup(name, againInSeconds);
    return { items: claimed.map((one) => this.#runOf(one, definition)), more };
  }

  /** Looks again when a limit leaves room for more; one timer a definition. */
  #scheduleWakeup(name: string, seconds: number): void {
    if (this.#again.has(name)) return;
    const timer = setTimeout(() => {
      this.#again.delete(name);
      for (const dispatcher of this.#dispatchers) dispatcher.wake([name]);
    }, seconds * 1000);
    this.#again.set(name, timer);
  }

  #runOf(claimed: ClaimedTask, definition: RegisteredDefinition): Run {
    return new Run(claimed, definition, this.#config.textLimits.progressDescription, this.#log, this.#faults);
  }

  async #run(run: Run): Promise<void> {
    this.#heartbeat.add(run);
    run.debug({ event: 'run.started' }, 'run started');
    try {
      const ended = await run.span.with(() => executeRun(run, this.#execution));
      if (ended === undefined) {
        if (run.cancelReason === 'waiting') {
          run.debug({ event: 'run.suspended' }, 'run suspended until its children end');
          return;
        }
        run.span.fail('lease_lost');
        run.log.warn({ event: 'lease.lost' }, 'run lost its lease; its outcome is discarded');
        this.#parts.queue.meter.orphaned(run.task.name);
        return;
      }
      const { outcome, file } = await storeResult(run, ended, this.#parts.files);
      const consequence = decideOutcome(outcome, run.definition.retry, run.task, Math.random());
      const progress = run.takeProgress();
      await this.#execution.runLog.flush();
      await this.#ends.write(
        endOf({ ...idsOf(run), nodeId: this.#config.nodeId }, consequence, {
          progressPercent: outcome.kind === 'returned' ? 100 : progress.percent,
          progressDescription: progress.text,
          fileName: run.fileName,
          file,
          standsAlone: run.task.parentId === null && !run.task.isInternal,
        }),
      );
      await this.#recovery.noteEnd(run.task.name);
      if (outcome.kind === 'failed') run.span.fail('run_failed');
      run.debug({ event: 'run.ended', outcome: outcome.kind, state: consequence.to }, 'run ended');
      await releaseScratch(run, outcome, this.#parts.files);
    } catch (error) {
      // The lease ends by itself, and the recovery brings the task back.
      run.log.error({ event: 'run.completion_failed', err: error }, 'failed to record the outcome of a run');
    } finally {
      run.span.end();
      this.#heartbeat.remove(run);
    }
  }
}

function idsOf({ task }: Run): { taskId: number; attempt: number; name: string } {
  return { taskId: task.id, attempt: task.attempt, name: task.name };
}
