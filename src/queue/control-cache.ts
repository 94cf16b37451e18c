import { isLimited } from '../core/concurrency-limits.ts';
import type { DefinitionControl } from '../db/queries/definition.ts';

/** What a process knows of a definition's pause and limits. */
export interface ControlSnapshot {
  /** The version of the row that it knows; 0 where there is none. */
  readonly version: number;
  /** Whether claims must look at the row first. */
  readonly isRestricted: boolean;
}

const OPEN: ControlSnapshot = { version: 0, isRestricted: false };

/**
 * What this process has last seen of the pauses and limits of definitions. It may be old: a claim of an open
 * definition says which version it knows, and the database refuses it where there is a newer one.
 */
export class ControlCache {
  readonly #known = new Map<string, ControlSnapshot>();

  /** What is known of a definition; what was never seen counts as open. */
  of(name: string): ControlSnapshot {
    return this.#known.get(name) ?? OPEN;
  }

  /** Notes what the database says; `undefined` where it has no row. */
  note(name: string, control: DefinitionControl | undefined): void {
    if (control === undefined) this.#known.delete(name);
    else {
      const isRestricted = control.paused !== null || isLimited(control.limits);
      this.#known.set(name, { version: control.version, isRestricted });
    }
  }
}
