import { type EngineMeter, NO_METER } from '../core/meters.ts';
import { ControlCache } from './control-cache.ts';

/** Interval of checks for ready parents while other tasks are available. */
const EVERY_MS = 250;

/** The time of the last check for parents whose children have ended, by definition, and whether tasks were claimed since. */
class ParentTurns {
  readonly #turns = new Map<string, { lookedAt: number; claims: boolean }>();

  /** True if tasks have been claimed for `EVERY_MS` without a check. */
  isDue(name: string): boolean {
    const turn = this.#turns.get(name);
    return turn?.claims === true && performance.now() - turn.lookedAt > EVERY_MS;
  }

  /** Records a check. */
  noteLook(name: string): void {
    this.#turns.set(name, { lookedAt: performance.now(), claims: false });
  }

  /** Records a claim. */
  noteClaim(name: string): void {
    const lookedAt = this.#turns.get(name)?.lookedAt ?? Number.NEGATIVE_INFINITY;
    this.#turns.set(name, { lookedAt, claims: true });
  }
}

/** The queue as this process sees it: the known definitions, their cached pauses and limits, the meter. */
export class TaskQueue {
  readonly #names = new Set<string>();
  /** Cached pauses and limits. */
  readonly gates = new ControlCache();
  readonly parentTurns = new ParentTurns();
  /** Counts starts, completions and faults. */
  readonly meter: EngineMeter;
  /** Called when a delayed task is written, with the seconds until it is due. */
  onDelayed: (seconds: number) => void = () => undefined;

  constructor(meter: EngineMeter = NO_METER) {
    this.meter = meter;
  }

  /** Adds definitions whose tasks can run. */
  add(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
  }

  /** True if tasks of this definition can run. */
  has(name: string): boolean {
    return this.#names.has(name);
  }
}
