import { isLimited } from '../core/concurrency-limits.ts';
import type { DefinitionControl } from '../db/queries/definition.ts';

/** The cached pause and limits of a definition. */
export interface ControlSnapshot {
  /** Version of the row; 0 if there is none. */
  readonly version: number;
  /** True if claims must lock and read the row, because the definition is paused or limited. */
  readonly isRestricted: boolean;
}

const OPEN: ControlSnapshot = { version: 0, isRestricted: false };

/**
 * Caches pauses and limits of definitions. Entries may be stale: a claim of an unrestricted definition compares the
 * cached version and claims nothing if the row has a newer one.
 */
export class ControlCache {
  readonly #known = new Map<string, ControlSnapshot>();

  /** Returns the entry of a definition; unrestricted if there is none. */
  of(name: string): ControlSnapshot {
    return this.#known.get(name) ?? OPEN;
  }

  /** Stores the row read from the database; `undefined` if there is none. */
  note(name: string, control: DefinitionControl | undefined): void {
    if (control === undefined) this.#known.delete(name);
    else {
      const isRestricted = control.paused !== null || isLimited(control.limits);
      this.#known.set(name, { version: control.version, isRestricted });
    }
  }
}
