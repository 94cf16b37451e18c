import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { BackgroundJob } from '../core/background-job.ts';
import { decideOutcome } from '../core/run-outcome.ts';
import type { Database } from '../db/database.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import { announceWorker, listLiveWorkers, listWaiting, removeWorker } from '../db/queries/worker-process.ts';
import type { Files } from '../files/files.ts';
import { ParentCoordinator } from './children/coordinator.ts';
import { claimDue } from './claimer.ts';
import { Completer, completionOf, writeCompletions } from './completer.ts';
import type { Definitions } from './definitions.ts';
import { ALIVE_SECONDS, Dispatcher, HEARTBEAT_MS } from './dispatcher.ts';
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

/** Interval of the polls if processes don't receive the signals of each other. */
const POLL_MS = 2000;
/** The first rounds of these jobs start after the first claims, and not together: each would open another connection. */
const FIRST_ROUND_MS = { announcing: 250, parents: 500, housekeeping: 1000 } as const;
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
  readonly #dispatcher: Dispatcher;
  /** The heartbeats of this process. */
  readonly #announcing: BackgroundJob;
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
    this.#dispatcher = new Dispatcher({
      nodeId: config.nodeId,
      listWorkers: () => listLiveWorkers(deps.database.sql, ALIVE_SECONDS),
      listWaiting: (names, seconds) => listWaiting(deps.database.sql, names, seconds),
      wake: (name, to) =>
        deps.database.signals.publish({ kind: 'due', names: [name], ...(to ? { to } : { everyone: true }) }),
      room: (name) => Math.max(0, ...this.#producers.map((producer) => producer.roomFor(name))),
      isBehind: (name) => this.#producers.some((producer) => producer.isBehind(name)),
      onError: (error) =>
        log.debug(
          { event: 'signals.dispatch_failed', err: error },
          'failed to read workers or waiting tasks',
        ),
    });
    this.#announcing = new BackgroundJob({
      name: 'worker.announce',
      intervalMs: HEARTBEAT_MS,
      jitter: 0.25,
      log,
      run: async () => {
        const own = { nodeId: config.nodeId, slots: this.#slots() };
        this.#dispatcher.noteFleet(await announceWorker(deps.database.sql, own, ALIVE_SECONDS));
      },
    });
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
        pollMs: () => (deps.database.signals.isShared ? this.#dispatcher.pollMs : POLL_MS),
        log,
      });
      this.#producers.push(producer);
      this.#loads.push(() => ({ isolate, ...producer.load }));
    }
  }

  /** Rescues tasks with expired leases, then starts claiming. */
  async start(): Promise<void> {
    const { signals } = this.#deps.database;
    signals.route(this.#dispatcher);
    this.#unsubscribe = signals.subscribe((signal) => {
      if (signal.kind === 'due') {
        if (signal.to?.includes(this.#config.nodeId) !== false)
          for (const producer of this.#producers) producer.wake(signal.names);
      } else if (signal.kind === 'reconnected') for (const producer of this.#producers) producer.wakeAll();
      else if (signal.kind === 'stop') void this.#heartbeat.check(signal.taskId);
    });
    await this.#rescuer.start();
    this.#deps.queue.onDelayed = (seconds) => this.#stager.wakeIn(seconds);
    this.#heartbeat.start();
    for (const producer of this.#producers) producer.start();
    this.#stager.start();
    if (signals.isShared) this.#announcing.start(FIRST_ROUND_MS.announcing);
    this.#parents.start(FIRST_ROUND_MS.parents);
    this.#housekeeping.start(FIRST_ROUND_MS.housekeeping);
  }

  /**
   * Stops gracefully: claims nothing more, cancels the runs, and requeues tasks whose runs have not ended within the grace
   * period. Discards outcomes that can't be written by then, so that a stop always finishes; their tasks are rescued when
   * their leases expire.
   */
  async stop(): Promise<void> {
    const withdrawn = this.#withdraw();
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
    this.#deps.database.signals.route(undefined);
    await this.#dispatcher.stop();
    await withdrawn;
    await this.#execution.threads.close();
  }

  /** Numbers of running tasks and of slots. */
  get load(): readonly RunnerLoad[] {
    return this.#loads.map((load) => load());
  }

  /** Removes this process from the list of workers, so that signals go to others. */
  async #withdraw(): Promise<void> {
    await this.#announcing.stop();
    if (!this.#deps.database.signals.isShared) return;
    await removeWorker(this.#deps.database.sql, this.#config.nodeId).catch((error: unknown) =>
      this.#log.debug(
        { event: 'worker.withdraw_failed', err: error },
        'failed to remove this process from the list of workers',
      ),
    );
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

  /** The slots of this process, by definition that it runs. */
  #slots(): Map<string, number> {
    return new Map(
      this.#producers.flatMap(({ names, load }) => names.map((name): [string, number] => [name, load.slots])),
    );
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
      const { outcome, file } =
        run.fileName === null
          ? { outcome: ended, file: undefined }
          : await storeResult(run, run.fileName, ended, this.#deps.files);
      const decision = decideOutcome(outcome, run.definition.retry, run.task, Math.random());
      const progress = run.takeProgress();
      if (!this.#execution.runLog.isEmpty) await this.#execution.runLog.flush();
      await this.#completer.write(
        completionOf({ ...idsOf(run), nodeId: this.#config.nodeId }, decision, {
          progressPercent: outcome.kind === 'returned' ? 100 : progress.percent,
          progressDescription: progress.text,
          fileName: run.fileName,
          file,
          standsAlone: run.task.parentId === null && !run.task.isInternal,
        }),
      );
      const noted = this.#rescuer.noteEnd(run.task.name);
      if (noted !== undefined) await noted;
      if (outcome.kind === 'failed') run.span.fail('run_failed');
      run.debug({ event: 'run.ended', outcome: outcome.kind, state: decision.to }, 'run ended');
      if (run.fileName !== null) await releaseScratch(run, outcome, this.#deps.files);
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
