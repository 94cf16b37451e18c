import type { DueRouter, DueTasks } from '../db/pubsub.ts';
import type { FleetSize, LiveWorker } from '../db/queries/worker-process.ts';

/** Interval of the heartbeats of a process. */
export const HEARTBEAT_MS = 60_000;
/** A process is alive if its last heartbeat is at most this old. */
export const ALIVE_SECONDS = 150;
/** Interval of the polls of a worker, in case a signal is lost. */
const POLL_MS = 10_000;
/** Longest interval of the polls: workers with the same definitions together poll once per `POLL_MS`. */
const MAX_POLL_MS = 120_000;
/** The list of workers is read again for a signal when it is older than this. */
const REFRESH_MS = 10_000;
/** Successive signals go to one worker for this long, up to its slots, so that one claim takes several tasks. */
const STICKY_MS = 50;
/** Delay before the dispatcher checks that the workers have claimed their tasks, on an idle database. */
const CHECK_MS = 50;
/** The check takes place later if the database is busy: after this many times the duration of its last statement. */
const CHECK_LOAD = 10;
/** Share of the delay that remains after each check on an idle database. */
const DECAY = 0.8;
/** A worker that has left tasks waiting gets no signals for this long, unless there is no other. */
const SUSPENDED_MS = 2000;
/** Pause of the checks of a definition whose tasks keep waiting although every process has been woken; it doubles. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** Maximum number of workers in one signal; more are addressed as all. */
const MAX_ADDRESSED = 50;

/** Dependencies of a dispatcher. */
export interface DispatcherOptions {
  /** Id of this process. */
  readonly nodeId: string;
  /** Lists the live workers, in a stable order. */
  readonly listWorkers: () => Promise<readonly LiveWorker[]>;
  /** Lists those of the definitions that have tasks which have waited for this long. */
  readonly listWaiting: (names: readonly string[], seconds: number) => Promise<readonly string[]>;
  /** Wakes these workers for tasks of a definition; `undefined` wakes every process. */
  readonly wake: (name: string, workers: readonly string[] | undefined) => void;
  /** Number of further tasks of a definition that this process should take itself. */
  readonly room: (name: string) => number;
  /** True if this process has been woken for tasks of a definition and has not claimed all of them. */
  readonly isBehind: (name: string) => boolean;
  /** Called with an error of `listWorkers` or `listWaiting`. */
  readonly onError: (error: unknown) => void;
}

/** The worker that gets the next tasks of a definition. */
interface Turn {
  /** Its position among the workers of the definition. */
  at: number;
  /** Number of tasks that it still gets. */
  left: number;
  /** End of the turn, on the monotonic clock of this process (ms). */
  until: number;
}

/** Tasks of a definition that workers have been woken for. */
interface Sent {
  readonly tried: Set<string>;
  /** True if this process has taken all of them itself. */
  isOwn: boolean;
  /** Number of times in a row that every process has been woken. */
  rounds: number;
  /** End of the pause after the last of them, on the same clock. */
  pausedUntil: number;
  /** When the last signal was sent, on the monotonic clock of this process (ms). */
  at: number;
}

/**
 * Wakes as many workers as there are due tasks. This process takes tasks first if it has room; for the others it wakes
 * workers in turn. Some tens of milliseconds later it checks that nothing is left waiting, because a worker may have
 * stopped or be full; then it wakes twice as many others, and finally every process.
 */
export class Dispatcher implements DueRouter {
  readonly #options: DispatcherOptions;
  #workers: readonly LiveWorker[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  readonly #turns = new Map<string, Turn>();
  readonly #sent = new Map<string, Sent>();
  /** Workers that have left tasks waiting, and until when they are suspended, on the monotonic clock (ms). */
  readonly #suspended = new Map<string, number>();
  #checkMs = CHECK_MS;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();
  #stopped = false;
  #fleet: FleetSize = { processes: 1, alike: 1 };

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Stops checking. Resolves when no statement is in progress. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#checking;
    await this.#reading;
  }

  /** Notes the numbers of live processes, from the heartbeat of this one. */
  noteFleet(fleet: FleetSize): void {
    this.#fleet = fleet;
  }

  noteOther(): void {
    if (this.isAlone) this.#fleet = { ...this.#fleet, processes: 2 }; // until the next heartbeat
  }

  get isAlone(): boolean {
    return this.#fleet.processes === 1;
  }

  /**
   * Returns the interval of the polls of this process (ms). Each of many workers with the same definitions polls less often:
   * any of them finds a task whose signal was lost.
   */
  get pollMs(): number {
    return Math.min(MAX_POLL_MS, POLL_MS * this.#fleet.alike);
  }

  takeOwn(name: string, tasks: number): number {
    const own = Math.max(0, Math.min(tasks, this.#options.room(name)));
    if (own > 0) this.#watch(name, [this.#options.nodeId], true);
    return own;
  }

  async choose(due: DueTasks): Promise<readonly string[] | undefined> {
    if (performance.now() - this.#readAt > REFRESH_MS) await this.#readWorkers();
    const chosen = new Set<string>();
    for (const [name, tasks] of due) {
      const workers = this.#workersOf(name);
      if (workers.length === 0) return undefined;
      const picked = this.#pick(name, tasks, workers);
      this.#watch(name, picked);
      for (const worker of picked) chosen.add(worker);
    }
    return chosen.size > MAX_ADDRESSED ? undefined : [...chosen];
  }

  /** Reads the live workers. If that fails, signals go to every process until it succeeds. */
  #readWorkers(): Promise<void> {
    this.#reading ??= this.#options
      .listWorkers()
      .then((workers) => {
        this.#workers = workers;
        this.#readAt = performance.now();
      })
      .catch((error: unknown) => {
        this.#workers = [];
        this.#options.onError(error);
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  #workersOf(name: string): readonly LiveWorker[] {
    return this.#workers.filter(({ slots }) => slots.has(name));
  }

  /** Returns the workers for these tasks: the one that has the turn, and as many more as their slots require. */
  #pick(name: string, tasks: number, workers: readonly LiveWorker[]): string[] {
    const now = performance.now();
    const ready = workers.filter(({ nodeId }) => (this.#suspended.get(nodeId) ?? 0) <= now);
    const candidates = ready.length > 0 ? ready : workers;
    const turn = this.#turns.get(name) ?? {
      at: Math.floor(Math.random() * workers.length),
      left: 0,
      until: 0,
    };
    this.#turns.set(name, turn);
    const picked = new Set<string>();
    for (let left = tasks; left > 0 && picked.size < candidates.length; ) {
      const isOver = turn.left <= 0 || now >= turn.until;
      if (isOver) turn.at += 1;
      const { nodeId, slots } = candidates[turn.at % candidates.length] as LiveWorker;
      if (isOver) {
        turn.left = slots.get(name) ?? 1;
        turn.until = now + STICKY_MS;
      }
      picked.add(nodeId);
      const taken = Math.min(left, turn.left);
      turn.left -= taken;
      left -= taken;
    }
    return [...picked];
  }

  /** Schedules the check of tasks that these workers have been woken for. */
  #watch(name: string, workers: readonly string[], isOwn = false): void {
    const now = performance.now();
    const sent = this.#sent.get(name) ?? { tried: new Set(), at: now, isOwn, rounds: 0, pausedUntil: 0 };
    sent.at = now;
    sent.isOwn &&= isOwn;
    for (const worker of workers) sent.tried.add(worker);
    this.#sent.set(name, sent);
    this.#checkLater();
  }

  #checkLater(): void {
    if (this.#stopped || this.#sent.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#checking = this.#check().catch((error: unknown) => {
        this.#sent.clear(); // the stager's sweep finds the tasks
        this.#options.onError(error);
      });
    }, this.#checkMs).unref();
  }

  async #check(): Promise<void> {
    const began = performance.now();
    for (const [name, { isOwn }] of this.#sent)
      if (isOwn && !this.#options.isBehind(name)) this.#sent.delete(name);
    const names = [...this.#sent].filter(([, { pausedUntil }]) => pausedUntil <= began).map(([name]) => name);
    if (names.length === 0) return this.#checkLater();
    const waiting = new Set(await this.#options.listWaiting(names, (0.8 * this.#checkMs) / 1000));
    for (const name of names) {
      const sent = this.#sent.get(name);
      if (sent === undefined) continue;
      if (waiting.has(name)) this.#escalate(name, sent);
      else this.#settle(name, sent, began);
    }
    const loadMs = CHECK_LOAD * (performance.now() - began);
    this.#checkMs = Math.max(CHECK_MS, loadMs, DECAY * this.#checkMs);
    this.#checkLater();
  }

  /** Forgets signals that have taken effect; those of the last moments are checked again. */
  #settle(name: string, sent: Sent, checkedAt: number): void {
    sent.rounds = 0;
    if (checkedAt - sent.at >= CHECK_MS) this.#sent.delete(name);
  }

  /** Wakes twice as many workers as before, but none of them again; every process if none is left. */
  #escalate(name: string, sent: Sent): void {
    const { tried, pausedUntil } = sent;
    const now = performance.now();
    if (sent.rounds > 0 && sent.at < pausedUntil - pauseAfter(sent.rounds)) {
      this.#sent.delete(name); // every process has been woken since the last signal
      return;
    }
    for (const worker of tried) this.#suspended.set(worker, now + SUSPENDED_MS);
    const others = this.#workersOf(name).filter(({ nodeId }) => !tried.has(nodeId));
    const start = Math.floor(Math.random() * others.length);
    const next = [...others.slice(start), ...others.slice(0, start)].slice(0, Math.max(1, tried.size));
    sent.isOwn = false;
    if (next.length === 0 || next.length > MAX_ADDRESSED) {
      this.#readAt = Number.NEGATIVE_INFINITY; // there may be new workers
      sent.rounds += 1;
      sent.pausedUntil = now + pauseAfter(sent.rounds);
      tried.clear();
      this.#options.wake(name, undefined);
      return;
    }
    const workers = next.map(({ nodeId }) => nodeId);
    for (const worker of workers) tried.add(worker);
    this.#options.wake(name, workers);
  }
}

/** Returns the pause of the checks after every process has been woken so many times in a row (ms). */
function pauseAfter(rounds: number): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (rounds - 1));
}
