import { isLimited } from '../core/concurrency-limits.ts';
import type { DefinitionControl } from '../db/queries/definition.ts';

/** The cached pause and limits of a definition. */
export interface ControlSnapshot {
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
export class ControlCache {
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
