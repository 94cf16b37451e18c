import { isLimited } from '../core/limits.ts';
import { type EngineMeter, NO_METER } from '../core/meters.ts';
import { TenantTurns } from '../core/tenant-turns.ts';
import type { DefinitionControl } from '../db/queries/definition.ts';

/** The queue as this process sees it: the known definitions, their cached pauses and limits, the meter. */
export class TaskQueue {
  readonly #names = new Set<string>();
  /** Cached pauses and limits. */
  readonly controlCache = new ControlCache();
  /** The round robins among tenants, as this process continues them. */
  readonly turns = new TenantTurns();
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

/** The cached pause and limits of a definition. */
interface ControlSnapshot {
  /** Version of the row; 0 if there is none. */
  readonly version: number;
  /** True if claims must lock and read the row, because the definition is paused or limited. */
  readonly isRestricted: boolean;
  readonly isPaused: boolean;
}

const OPEN: ControlSnapshot = { version: 0, isRestricted: false, isPaused: false };

/**
 * Caches pauses and limits of definitions. Entries may be stale: a claim of an unrestricted definition compares the
 * cached version and claims nothing if the row has a newer one.
 */
class ControlCache {
  readonly #known = new Map<string, ControlSnapshot>();
  readonly #stale = new Set<string>();

  /** Returns the entry of a definition; unrestricted if there is none. */
  of(name: string): ControlSnapshot {
    return this.#known.get(name) ?? OPEN;
  }

  /** Marks an entry as older than the row, until `note` replaces it. */
  markStale(name: string): void {
    this.#stale.add(name);
  }

  /** True if the row must be read before the next claim. */
  isStale(name: string): boolean {
    return this.#stale.has(name);
  }

  /** Stores the row read from the database; `undefined` if there is none. */
  note(name: string, control: DefinitionControl | undefined): void {
    this.#stale.delete(name);
    if (control === undefined) this.#known.delete(name);
    else {
      const isPaused = control.paused !== null;
      const isRestricted = isPaused || isLimited(control.limits);
      this.#known.set(name, { version: control.version, isRestricted, isPaused });
    }
  }
}
