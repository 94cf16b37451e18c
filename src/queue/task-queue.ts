import { type EngineMeter, NO_METER } from '../core/meters.ts';
import { ControlCache } from './control-cache.ts';

/** While tasks are available, parents whose children have ended join them this often. */
const EVERY_MS = 250;

/** When this process last looked for parents whose children have ended, by definition, and whether it has claimed since. */
class ParentTurns {
  readonly #turns = new Map<string, { lookedAt: number; claims: boolean }>();

  /** True if claims have gone on for a while without a look. */
  isDue(name: string): boolean {
    const turn = this.#turns.get(name);
    return turn?.claims === true && performance.now() - turn.lookedAt > EVERY_MS;
  }

  noteLook(name: string): void {
    this.#turns.set(name, { lookedAt: performance.now(), claims: false });
  }

  noteClaim(name: string): void {
    const lookedAt = this.#turns.get(name)?.lookedAt ?? Number.NEGATIVE_INFINITY;
    this.#turns.set(name, { lookedAt, claims: true });
  }
}

/** State of the queue in this process: the definitions that can run, their pauses and limits, the meter. */
export class TaskQueue {
  readonly #names = new Set<string>();
  /** Cached pauses and limits. */
  readonly gates = new ControlCache();
  readonly parentTurns = new ParentTurns();
  /** Counts what happens to tasks. */
  readonly meter: EngineMeter;
  /** Called with the seconds until a task that was just written is due. */
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
