import { type EngineMeter, NO_METER } from '../core/meters.ts';
import { ControlCache } from './control-cache.ts';

/** The queue as this process sees it: the known definitions, their cached pauses and limits, the meter. */
export class TaskQueue {
  readonly #names = new Set<string>();
  /** Cached pauses and limits. */
  readonly controlCache = new ControlCache();
  /** Definitions whose next claim needs a separate transaction (`claimDue`). */
  readonly separate = new Set<string>();
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
