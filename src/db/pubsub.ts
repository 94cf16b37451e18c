import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';

/** A message between processes. A lost one only delays work: polling and heartbeats find it too. */
export type Signal =
  /** Tasks are due. */
  | DueSignal
  /** A process has done a round of this job for all (`sharedJob`). Delivered to the others only. */
  | { readonly kind: 'round'; readonly job: string }
  /** This process may have missed signals of others. Local. */
  | { readonly kind: 'reconnected' }
  /** A stop of this task was requested, or its run has lost it. */
  | { readonly kind: 'stop'; readonly taskId: number }
  /** This long poll of a worker must return. */
  | { readonly kind: 'end-wait'; readonly call: string }
  /** States of tasks have changed, so there are new events. Sent to other processes only while one of them listens. */
  | { readonly kind: 'changed' }
  /** These tasks have new progress. Sent to other processes only while one of them listens. */
  | { readonly kind: 'progress'; readonly taskIds: readonly number[] }
  /** This process listens for events. It repeats this within `LISTENING_MS`. */
  | { readonly kind: 'listening' }
  /** Children of these tasks have changed state. Local: the process that changed them updates the parents. */
  | { readonly kind: 'children'; readonly parentIds: readonly number[] }
  /** Clients have changed texts of these tasks, which is not an event. Local: the process that wrote them indexes them. */
  | { readonly kind: 'texts'; readonly taskIds: readonly number[] };

/** Tasks of these definitions are due. A name appears once for each task, unless `everyone` or `to` is set. */
export interface DueSignal {
  readonly kind: 'due';
  readonly names: readonly string[];
  /** An unknown number of tasks is due, or no worker is known to run them: every process claims. */
  readonly everyone?: true;
  /** Only the workers with these ids claim. Requests of remote workers are served regardless. */
  readonly to?: readonly string[];
  /** Local: the listeners of this process have received these names before, when `to` was not decided. */
  readonly again?: true;
}

/** Numbers of due tasks by definition. */
export type DueTasks = ReadonlyMap<string, number>;

/** Decides which workers a `due` signal wakes. */
export interface DueRouter {
  /** Returns how many of these tasks this process takes itself. */
  takeOwn(name: string, tasks: number): number;
  /** Returns the ids of the workers to wake for these tasks; `undefined` wakes every process. Never rejects. */
  choose(due: DueTasks): Promise<readonly string[] | undefined>;
  /** True if no other process is known to use the database, so that rounds of shared jobs need not be announced. */
  readonly isAlone: boolean;
  /** Called for each signal of another process. */
  noteOther(): void;
}

/** Validity of a `listening` signal. */
export const LISTENING_MS = 30_000;

/** Delivers signals to all processes on the same database, including this one. */
export interface PubSub {
  /** True if processes on the database receive the signals of each other. */
  readonly isShared: boolean;
  /** Sends a signal. Call it after the commit. Never throws. */
  publish(signal: Signal): void;
  /** Calls the listener for every signal. Returns a function that unsubscribes it. */
  subscribe(listener: (signal: Signal) => void): () => void;
  /** Sets who decides which workers a `due` signal wakes; without a router it wakes every process. */
  route(router: DueRouter | undefined): void;
  /** Sends pending signals and closes. */
  close(): Promise<void>;
}

/** PubSub within this process, for the embedded database. */
export class LocalPubSub implements PubSub {
  readonly isShared = false;
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(signal: Signal): void {
    if (signal.kind !== 'round') this.deliver(signal);
  }

  /** Calls the listeners of this process. */
  deliver(signal: Signal): void {
    this.#emitter.emit('signal', signal);
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    this.#emitter.on('signal', listener);
    return () => this.#emitter.off('signal', listener);
  }

  route(): void {} // there is only this process

  async close(): Promise<void> {
    this.#emitter.removeAllListeners();
  }
}

/** Signals are batched for this long, because each NOTIFY takes a global lock at commit. */
const BATCH_MS = 5;
/** Minimum interval between `changed` notifications. */
const CHANGED_MS = 50;
/** Minimum interval between `progress` notifications. */
const PROGRESS_MS = 300;
/** Maximum number of task ids in a notification, whose payload is limited to 8,000 bytes. */
const MAX_IDS = 600;
/** Maximum number of long polls in a notification, for the same reason. */
const MAX_CALLS = 50;
/** Progress is kept this long without a listener, because `listening` arrives late. */
const UNHEARD_MS = 2000;

/** The content of a notification. */
interface Payload {
  readonly origin: string;
  readonly due?: readonly string[];
  /** The workers that claim the due tasks, to which it is sent; absent for all. */
  readonly to?: readonly string[];
  readonly stops?: readonly number[];
  readonly endWaits?: readonly string[];
  readonly progress?: readonly number[];
  readonly changed?: boolean;
  readonly listening?: boolean;
  readonly rounds?: readonly string[];
}

/** Carries texts between processes through the database. */
export interface Channel {
  /**
   * Connects and calls `receive` for each text. Rejects if the first connection fails.
   *
   * @param onReconnect called when a broken connection was replaced: texts may have been lost
   */
  open(receive: (text: string) => void, onReconnect: () => void): Promise<void>;
  /** Sends a text to these processes, or to all, possibly including this one. Rejects if the text was not sent. */
  send(text: string, to?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** PubSub through the database. Local listeners are called synchronously, other processes through the channel. */
export class ClusterPubSub implements PubSub {
  readonly isShared = true;
  readonly #local = new LocalPubSub();
  readonly #channel: Channel;
  readonly #log: Logger;
  /** Identifies the texts of this process, which were delivered locally already. */
  readonly #origin: string;
  /** Definitions with due tasks for every process. */
  readonly #dueNames = new Set<string>();
  /** Numbers of due tasks that other workers should claim, by definition. */
  #routed = new Map<string, number>();
  /** Signals for certain workers. */
  #addressed: { readonly due: readonly string[]; readonly to: readonly string[] }[] = [];
  #router: DueRouter | undefined;
  readonly #stops = new Set<number>();
  readonly #endWaits = new Set<string>();
  readonly #rounds = new Set<string>();
  /** Tasks with new progress, and when it was published, on the monotonic clock of this process (ms). */
  readonly #progress = new Map<number, number>();
  #listening = false;
  /** When the last listener of another process expires, on the monotonic clock of this process (ms). */
  #listenersUntil = 0;
  #changed: NodeJS.Timeout | undefined;
  #progressing: NodeJS.Timeout | undefined;
  #batching: NodeJS.Timeout | undefined;
  /** The last send; signals are batched until it has finished. */
  #sending: Promise<void> = Promise.resolve();

  constructor(channel: Channel, origin: string, log: Logger) {
    this.#channel = channel;
    this.#origin = origin;
    this.#log = log;
  }

  /** Connects to the other processes. */
  async open(): Promise<this> {
    await this.#channel.open(
      (text) => this.#receive(text),
      () => this.#local.publish({ kind: 'reconnected' }),
    );
    return this;
  }

  route(router: DueRouter | undefined): void {
    this.#router = router;
  }

  publish(signal: Signal): void {
    if (signal.kind === 'due') {
      this.#publishDue(signal);
      return;
    }
    this.#local.publish(signal);
    switch (signal.kind) {
      case 'stop':
        this.#stops.add(signal.taskId);
        this.#scheduleFlush();
        return;
      case 'end-wait':
        this.#endWaits.add(signal.call);
        this.#scheduleFlush();
        return;
      case 'listening':
        this.#listening = true;
        this.#scheduleFlush();
        return;
      case 'round':
        if (this.#router?.isAlone === true) return;
        this.#rounds.add(signal.job);
        this.#scheduleFlush();
        return;
      case 'children':
      case 'reconnected':
      case 'texts':
        return; // local
      case 'changed':
        if (this.#hasListeners()) this.#changed ??= setTimeout(() => this.#flushChanged(), CHANGED_MS);
        return;
      case 'progress':
        for (const taskId of signal.taskIds) this.#progress.set(taskId, performance.now());
        this.#progressing ??= setTimeout(() => this.#flushProgress(), PROGRESS_MS);
    }
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    return this.#local.subscribe(listener);
  }

  async close(): Promise<void> {
    for (const timer of [this.#batching, this.#changed, this.#progressing]) clearTimeout(timer);
    await this.#sending;
    await this.#flush();
    await this.#channel.close();
    await this.#local.close();
  }

  /** Delivers the tasks that this process takes itself, and collects those of others for the next notification. */
  #publishDue(signal: DueSignal): void {
    const { names, to, everyone = this.#router === undefined } = signal;
    if (to !== undefined) {
      this.#local.publish(signal);
      if (to.some((id) => id !== this.#origin)) this.#addressed.push({ due: names, to });
    } else if (everyone) {
      this.#local.publish({ kind: 'due', names: [...new Set(names)] });
      for (const name of names) this.#dueNames.add(name);
    } else {
      const own: string[] = [];
      const others: string[] = [];
      for (const [name, { length: tasks }] of Map.groupBy(names, (name) => name)) {
        const taken = this.#router?.takeOwn(name, tasks) ?? 0;
        (taken > 0 ? own : others).push(name);
        if (taken < tasks) this.#routed.set(name, (this.#routed.get(name) ?? 0) + tasks - taken);
      }
      if (own.length > 0) this.#local.publish({ kind: 'due', names: own, to: [this.#origin] });
      if (others.length > 0) this.#local.publish({ kind: 'due', names: others, to: [] });
    }
    this.#scheduleFlush();
  }

  /** Asks the router which workers claim the collected tasks, and wakes this process if it is one of them. */
  async #addressRouted(): Promise<void> {
    const routed = this.#routed;
    if (routed.size === 0) return;
    this.#routed = new Map();
    const to = await this.#router?.choose(routed);
    const due = [...routed.keys()];
    if (to === undefined || to.includes(this.#origin))
      this.#local.publish({ kind: 'due', names: due, to: [this.#origin], again: true });
    if (to === undefined) for (const name of due) this.#dueNames.add(name);
    else if (to.some((id) => id !== this.#origin)) this.#addressed.push({ due, to });
  }

  #scheduleFlush(): void {
    this.#batching ??= setTimeout(() => {
      this.#sending = this.#sending.then(() => this.#flush());
    }, BATCH_MS);
  }

  #hasListeners(): boolean {
    return performance.now() < this.#listenersUntil;
  }

  async #flush(): Promise<void> {
    this.#batching = undefined;
    await this.#addressRouted();
    const addressed = this.#addressed;
    this.#addressed = [];
    const due = [...this.#dueNames];
    const stops = [...this.#stops];
    const endWaits = [...this.#endWaits].slice(0, MAX_CALLS);
    const listening = this.#listening;
    const rounds = [...this.#rounds];
    this.#rounds.clear();
    this.#dueNames.clear();
    this.#stops.clear();
    for (const call of endWaits) this.#endWaits.delete(call);
    this.#listening = false;
    if (due.length + stops.length + endWaits.length + rounds.length > 0 || listening)
      await this.#notify({ due, stops, endWaits, listening, rounds });
    for (const { due, to } of addressed) await this.#notify({ due, to }, to);
    if (this.#endWaits.size > 0) await this.#flush();
  }

  #flushChanged(): void {
    this.#changed = undefined;
    this.#sending = this.#sending.then(() => this.#notify({ changed: true }));
  }

  #flushProgress(): void {
    const hasListeners = this.#hasListeners();
    const oldest = performance.now() - UNHEARD_MS;
    const all = [...this.#progress];
    const leaving = hasListeners
      ? all.slice(0, MAX_IDS)
      : all.filter(([, publishedAt]) => publishedAt < oldest);
    const progress = leaving.map(([taskId]) => taskId);
    for (const taskId of progress) this.#progress.delete(taskId);
    this.#progressing =
      this.#progress.size > 0 ? setTimeout(() => this.#flushProgress(), PROGRESS_MS) : undefined;
    if (hasListeners && progress.length > 0)
      this.#sending = this.#sending.then(() => this.#notify({ progress }));
  }

  async #notify(payload: Omit<Payload, 'origin'>, to?: readonly string[]): Promise<void> {
    try {
      await this.#channel.send(JSON.stringify({ origin: this.#origin, ...payload }), to);
    } catch (error) {
      this.#log.warn(
        { event: 'signals.publish_failed', err: error },
        'failed to notify other processes; they will poll',
      );
    }
  }

  #receive(text: string): void {
    const {
      origin,
      due = [],
      to,
      stops = [],
      endWaits = [],
      progress = [],
      rounds = [],
      ...flags
    } = JSON.parse(text) as Payload;
    if (origin === this.#origin) return;
    this.#router?.noteOther();
    for (const job of rounds) this.#local.deliver({ kind: 'round', job });
    if (due.length > 0) this.#local.publish({ kind: 'due', names: due, ...(to && { to }) });
    for (const taskId of stops) this.#local.publish({ kind: 'stop', taskId });
    for (const call of endWaits) this.#local.publish({ kind: 'end-wait', call });
    if (progress.length > 0) this.#local.publish({ kind: 'progress', taskIds: progress });
    if (flags.changed === true) this.#local.publish({ kind: 'changed' });
    if (flags.listening !== true) return;
    // Tell a new listener to read the events that are already in the database.
    if (!this.#hasListeners()) this.#changed ??= setTimeout(() => this.#flushChanged(), CHANGED_MS);
    this.#listenersUntil = performance.now() + LISTENING_MS;
  }
}
