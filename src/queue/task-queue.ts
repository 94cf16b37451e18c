import { type EngineMeter, NO_METER } from '../core/meters.ts';
import { ControlCache } from './control-cache.ts';
import { ParentTurns } from './parent-turns.ts';

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
