import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { decideOutcome } from '../core/run-outcome.ts';
import type { Database } from '../db/database.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import type { Files } from '../files/files.ts';
import { ParentCoordinator } from './children/coordinator.ts';
import { claimDue } from './claimer.ts';
import { Completer, completionOf, writeCompletions } from './completer.ts';
import type { Definitions } from './definitions.ts';
import { type ExecutionDeps, executeRun, releaseScratch, storeResult } from './executor.ts';

import { Heartbeat } from './heartbeat.ts';
import { type Claim, Producer } from './producer.ts';
import { Housekeeping } from './pruner.ts';
import type { RegisteredDefinition, Registry } from './registry.ts';
import { Rescuer } from './rescuer.ts';
import { Run, type RunFaults, RunLog } from './run.ts';
import { taskReader } from './run-context.ts';

import { Stager } from './stager.ts';
import type { TaskQueue } from './task-queue.ts';
import { ThreadPool } from './threads/pool.ts';

/** Longest delay of a start after a lost signal, if processes hear each other. */
const SHARED_POLL_MS = 10_000;
/** Longest delay of a start if they don't. */
const POLL_MS = 2000;
/** Time to write the last outcomes after the grace period of a stop. */
const FLUSH_SECONDS = 5;

/** Dependencies of the task runner. */
export interface TaskRunnerDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly registry: Registry;
  readonly definitions: Definitions;
  readonly files: Files;
}

/** Numbers of running tasks and of slots, by isolation. */
export interface RunnerLoad {
  readonly isolate: 'inline' | 'thread';
  readonly running: number;
  readonly slots: number;
}

/**
 * Runs tasks in this process, and rescues those of failed processes. A run begins with a claim and ends with a write that
 * is fenced by the attempt number of the claim. In between, the heartbeat renews the lease.
 */
export class TaskRunner {
  readonly #deps: TaskRunnerDeps;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #heartbeat: Heartbeat;
  readonly #completer: Completer;
  readonly #rescuer: Rescuer;
  readonly #housekeeping: Housekeeping;
  readonly #stager: Stager;
  readonly #parents: ParentCoordinator;
  readonly #execution: ExecutionDeps;
  readonly #producers: Producer<Run>[] = [];
  readonly #loads: (() => RunnerLoad)[] = [];
  readonly #wakeups = new Map<string, NodeJS.Timeout>();
  readonly #faults: RunFaults;
  #unsubscribe: () => void = () => undefined;

  /** @param runs false if this process runs no tasks; it then only rescues, promotes and coordinates those of others */
  constructor(deps: TaskRunnerDeps, config: Config, log: Logger, runs = true) {
    this.#deps = deps;
    this.#config = config;
    this.#log = log;
    this.#heartbeat = new Heartbeat(deps.database, log);
    this.#completer = new Completer(
      (ends) => writeCompletions(deps.database, deps.queue, ends),
      deps.database.backend === 'pglite',
      log,
    );
    this.#rescuer = new Rescuer(deps, config.nodeId, config.leaseSeconds, log, (run) =>
      this.#heartbeat.owns(run.taskId, run.attempt),
    );
    this.#housekeeping = new Housekeeping(deps.database, log);
    this.#stager = new Stager(deps.database, log);
    this.#parents = new ParentCoordinator(deps.database, deps.queue, log);
    const context = {
      database: deps.database,
      files: deps.files,
      allowPrivateAddresses: config.allowPrivateAddresses,
      readTasks: taskReader(deps.database),
      runLog: new RunLog(deps.database.sql, log),
      childrenDeps: { ...deps, textLimits: config.textLimits },
    };
    const { runLog } = context;
    this.#faults = {
      report({ id: taskId, attempt, name }, kind, text) {
        deps.queue.meter.faulted(name, kind);
        runLog.add({ taskId, attempt, level: 'error', message: String(text), afterEnd: true });
      },
    };
    const threads = new ThreadPool(config.threads, config.textLimits.progressDescription, context);
    this.#execution = { ...context, threads, graceSeconds: config.graceSeconds };
    for (const isolate of runs ? (['inline', 'thread'] as const) : []) {
      const names = deps.registry.all().filter((one) => one.isolate === isolate);
      if (names.length === 0) continue;
      const producer = new Producer<Run>({
        names: names.map((one) => one.definition.name),
        slots: isolate === 'inline' ? config.concurrency : config.threads,
        claim: (names, limit) => this.#claim(names, limit),
        run: (run) => this.#run(run),
        pollMs: deps.database.signals.isShared ? SHARED_POLL_MS : POLL_MS,
        log,
      });
      this.#producers.push(producer);
      this.#loads.push(() => ({ isolate, ...producer.load }));
    }
  }

  /** Rescues tasks with expired leases, then starts claiming. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#deps.database.signals.subscribe((signal) => {
      if (signal.kind === 'due') for (const producer of this.#producers) producer.wake(signal.names);
      else if (signal.kind === 'reconnected') for (const producer of this.#producers) producer.wakeAll();
      else if (signal.kind === 'stop') void this.#heartbeat.check(signal.taskId);
    });
    await this.#rescuer.start();
    this.#housekeeping.start();
    this.#deps.queue.onDelayed = (seconds) => this.#stager.wakeIn(seconds);
    this.#stager.start();
    this.#heartbeat.start();
    this.#parents.start();
    for (const producer of this.#producers) producer.start();
  }

  /**
   * Stops gracefully: claims nothing more, cancels the runs, and requeues tasks whose runs have not ended within the grace
   * period. Discards outcomes that can't be written by then, so that a stop always finishes; their tasks are rescued when
   * their leases expire.
   */
  async stop(): Promise<void> {
    await Promise.all(this.#producers.map((producer) => producer.stop()));
    for (const timer of this.#wakeups.values()) clearTimeout(timer);
    for (const run of this.#heartbeat.runs) run.cancel('shutdown');
    const giveUpTimer = setTimeout(
      () => this.#completer.giveUp(),
      (this.#config.graceSeconds + FLUSH_SECONDS) * 1000,
    );
    await Promise.all(this.#producers.map((producer) => producer.drained()));
    clearTimeout(giveUpTimer);
    this.#unsubscribe();
    await this.#execution.runLog.flush();
    await this.#completer.close();
    await this.#heartbeat.stop();
    await this.#rescuer.stop();
    await this.#housekeeping.stop();
    await this.#stager.stop();
    await this.#parents.stop();
    await this.#execution.threads.close();
  }

  /** Numbers of running tasks and of slots. */
  get load(): readonly RunnerLoad[] {
    return this.#loads.map((load) => load());
  }

  async #claim(names: readonly string[], limit: number): Promise<Claim<Run>> {
    const { claimed, more, againInSeconds } = await claimDue(this.#deps, {
      definitions: names.map((name) => ({
        name,
        leaseSeconds: this.#deps.registry.get(name).leaseSeconds,
      })),
      limit,
      owner: this.#config.nodeId,
    });
    for (const [name, seconds] of againInSeconds) this.#scheduleWakeup(name, seconds);
    const items = claimed.map((one) => this.#runOf(one, this.#deps.registry.get(one.task.name)));
    return { items, more };
  }

  /** Schedules a claim for when a rate limit has capacity again. Each definition has at most one timer. */
  #scheduleWakeup(name: string, seconds: number): void {
    if (this.#wakeups.has(name)) return;
    const timer = setTimeout(() => {
      this.#wakeups.delete(name);
      for (const producer of this.#producers) producer.wake([name]);
    }, seconds * 1000);
    this.#wakeups.set(name, timer);
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
        this.#deps.queue.meter.orphaned(run.task.name);
        return;
      }
      const { outcome, file } = await storeResult(run, ended, this.#deps.files);
      const decision = decideOutcome(outcome, run.definition.retry, run.task, Math.random());
      const progress = run.takeProgress();
      await this.#execution.runLog.flush();
      await this.#completer.write(
        completionOf({ ...idsOf(run), nodeId: this.#config.nodeId }, decision, {
          progressPercent: outcome.kind === 'returned' ? 100 : progress.percent,
          progressDescription: progress.text,
          fileName: run.fileName,
          file,
          standsAlone: run.task.parentId === null && !run.task.isInternal,
        }),
      );
      await this.#rescuer.noteEnd(run.task.name);
      if (outcome.kind === 'failed') run.span.fail('run_failed');
      run.debug({ event: 'run.ended', outcome: outcome.kind, state: decision.to }, 'run ended');
      await releaseScratch(run, outcome, this.#deps.files);
    } catch (error) {
      // The lease expires, and the rescuer requeues the task.
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
