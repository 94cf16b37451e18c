import type { Logger } from 'pino';
import { LISTENING_MS, LocalPubSub, type PubSub, type Signal } from './pubsub.ts';

/** NOTIFY takes a lock at commit, so due definitions are gathered this long before they are announced. */
const GATHER_MS = 5;
/** That there are events is announced at most this often, ... */
const CHANGED_MS = 50;
/** ... and whose progress is new at most this often, ... */
const PROGRESS_MS = 300;
/** ... with at most this many ids: a notification holds less than 8,000 bytes. Others wait for the next one. */
const MAX_IDS = 600;
/** Calls whose waiting is to end are announced at most this many at once, for the same reason. */
const MAX_CALLS = 50;
/** Whoever begins to listen is heard a little later, so that what nobody has wanted yet is kept this long. */
const UNWANTED_MS = 2000;

/** What one text tells. */
interface Payload {
  readonly origin: string;
  readonly due?: readonly string[];
  readonly stops?: readonly number[];
  readonly endWaits?: readonly string[];
  readonly progress?: readonly number[];
  readonly changed?: boolean;
  readonly listening?: boolean;
}

/** What carries texts between processes through the database. */
export interface Channel {
  /** Begins to hear; the first connection must succeed. */
  open(hear: (text: string) => void): Promise<void>;
  /** Tells all processes, this one perhaps included. Rejects where the text is lost. */
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

/** PubSub through the database. Local listeners hear at once; other processes hear by the channel. */
export class ClusterPubSub implements PubSub {
  readonly #local = new LocalPubSub();
  readonly #channel: Channel;
  readonly #log: Logger;
  /** Tells our own texts, which were heard locally already. */
  readonly #origin: string;
  readonly #dueNames = new Set<string>();
  readonly #stops = new Set<number>();
  readonly #endWaits = new Set<string>();
  /** Tasks with new progress, and when it was told, on this process's own clock (ms). */
  readonly #progress = new Map<number, number>();
  #listening = false;
  /** Until when another process wants to hear of events, on this process's own clock (ms). */
  #wantedUntil = 0;
  #changed: NodeJS.Timeout | undefined;
  #progressing: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  /** The last announcement; the next one gathers until it has ended. */
  #sending: Promise<void> = Promise.resolve();

  constructor(channel: Channel, origin: string, log: Logger) {
    this.#channel = channel;
    this.#origin = origin;
    this.#log = log;
  }

  /** Begins to hear other processes. */
  async open(): Promise<this> {
    await this.#channel.open((text) => this.#hear(text));
    return this;
  }

  publish(signal: Signal): void {
    this.#local.publish(signal);
    switch (signal.kind) {
      case 'due':
        for (const name of signal.names) this.#dueNames.add(name);
        this.#gather();
        return;
      case 'stop':
        this.#stops.add(signal.taskId);
        this.#gather();
        return;
      case 'end-wait':
        this.#endWaits.add(signal.call);
        this.#gather();
        return;
      case 'listening':
        this.#listening = true;
        this.#gather();
        return;
      case 'children':
        return; // for this process only
      case 'changed':
        if (this.#isWanted()) this.#changed ??= setTimeout(() => this.#flushChanged(), CHANGED_MS);
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
    for (const timer of [this.#gathering, this.#changed, this.#progressing]) clearTimeout(timer);
    await this.#sending;
    await this.#flush();
    await this.#channel.close();
    await this.#local.close();
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#sending = this.#sending.then(() => this.#flush());
    }, GATHER_MS);
  }

  #isWanted(): boolean {
    return performance.now() < this.#wantedUntil;
  }

  async #flush(): Promise<void> {
    this.#gathering = undefined;
    const due = [...this.#dueNames];
    const stops = [...this.#stops];
    const endWaits = [...this.#endWaits].slice(0, MAX_CALLS);
    const listening = this.#listening;
    this.#dueNames.clear();
    this.#stops.clear();
    for (const call of endWaits) this.#endWaits.delete(call);
    this.#listening = false;
    if (due.length + stops.length + endWaits.length > 0 || listening)
      await this.#notify({ due, stops, endWaits, listening });
    if (this.#endWaits.size > 0) await this.#flush();
  }

  #flushChanged(): void {
    this.#changed = undefined;
    this.#sending = this.#sending.then(() => this.#notify({ changed: true }));
  }

  #flushProgress(): void {
    const isWanted = this.#isWanted();
    const oldest = performance.now() - UNWANTED_MS;
    const all = [...this.#progress];
    const leaving = isWanted ? all.slice(0, MAX_IDS) : all.filter(([, told]) => told < oldest);
    const progress = leaving.map(([taskId]) => taskId);
    for (const taskId of progress) this.#progress.delete(taskId);
    this.#progressing =
      this.#progress.size > 0 ? setTimeout(() => this.#flushProgress(), PROGRESS_MS) : undefined;
    if (isWanted && progress.length > 0) this.#sending = this.#sending.then(() => this.#notify({ progress }));
  }

  async #notify(payload: Omit<Payload, 'origin'>): Promise<void> {
    try {
      await this.#channel.send(JSON.stringify({ origin: this.#origin, ...payload }));
    } catch (error) {
      this.#log.warn(
        { event: 'signals.publish_failed', err: error },
        'failed to notify other processes; they will poll',
      );
    }
  }

  #hear(text: string): void {
    const {
      origin,
      due = [],
      stops = [],
      endWaits = [],
      progress = [],
      ...flags
    } = JSON.parse(text) as Payload;
    if (origin === this.#origin) return;
    if (due.length > 0) this.#local.publish({ kind: 'due', names: due });
    for (const taskId of stops) this.#local.publish({ kind: 'stop', taskId });
    for (const call of endWaits) this.#local.publish({ kind: 'end-wait', call });
    if (progress.length > 0) this.#local.publish({ kind: 'progress', taskIds: progress });
    if (flags.changed === true) this.#local.publish({ kind: 'changed' });
    if (flags.listening !== true) return;
    // Events since the other one began to listen are in the database: it has only to look.
    if (!this.#isWanted()) this.#changed ??= setTimeout(() => this.#flushChanged(), CHANGED_MS);
    this.#wantedUntil = performance.now() + LISTENING_MS;
  }
}
