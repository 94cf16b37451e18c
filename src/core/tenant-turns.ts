/** The position of a process in the round robin among the tenants of a definition. */
export interface Turn {
  /** The tenant that was served last; empty before the first claim. */
  readonly tenant: string;
  /** Number of tasks that are left of its turn; 0 if the next tenant follows. */
  readonly left: number;
}

/** The tenants that a claim by turns has served. */
export interface ServedTurns {
  /** The last of them, and the number of tasks that its turn still allows. */
  readonly last: Turn;
  /** Number of tenants that have available tasks, as far as the claim has searched. */
  readonly tenants: number;
  /** True if a tenant has used up its turn, and so may have more tasks. */
  readonly hasMore: boolean;
}

const BEGINNING: Turn = { tenant: '', left: 0 };

/**
 * Number of claims in a row that leave tasks waiting, after which the next claim takes the oldest task of each tenant,
 * regardless of its priority.
 */
export const CLAIMS_BY_PRIORITY = 15;

/** A definition in the view of one process. */
interface Progress {
  turn: Turn;
  /** True if several tenants have available tasks. */
  isShared: boolean;
  /** Claims by priority in a row that have left tasks waiting. */
  claims: number;
}

/**
 * The round robins of a process among the tenants of each definition. Each process has its own, so that claims write
 * nothing for them. A definition is claimed by turns only while several tenants have available tasks.
 */
export class TenantTurns {
  readonly #definitions = new Map<string, Progress>();

  /** Returns where the next claim of a definition continues. */
  of(name: string): Turn {
    return this.#definitions.get(name)?.turn ?? BEGINNING;
  }

  /** True if the next claim must take the oldest tasks, so that tasks of low priority don't starve. */
  isOldestDue(name: string): boolean {
    return (this.#definitions.get(name)?.claims ?? 0) >= CLAIMS_BY_PRIORITY;
  }

  /** True if the next claim must be by turns. */
  isShared(name: string): boolean {
    return this.#definitions.get(name)?.isShared ?? false;
  }

  /**
   * Records that a claim without turns has found tasks of several tenants.
   *
   * @param tenant the tenant of a claimed task, which counts as its turn; `undefined` without any
   */
  noteShared(name: string, tenant: string | undefined): void {
    const progress = this.#progress(name);
    progress.isShared = true;
    if (tenant !== undefined) progress.turn = { tenant, left: 0 };
  }

  /** Records a claim without turns, by priority; `isFull` if it has claimed its maximum. */
  noteClaim(name: string, isFull: boolean): void {
    if (isFull) this.#progress(name).claims += 1;
    else if (this.#definitions.has(name)) this.#progress(name).claims = 0;
  }

  /**
   * Records a claim by turns.
   *
   * @param served `undefined` if it found no task
   * @param isFull true if it has claimed its maximum, so that the last turn may have been cut short
   */
  noteTurns(name: string, served: ServedTurns | undefined, isFull: boolean, byAge: boolean): void {
    const progress = this.#progress(name);
    progress.isShared = served !== undefined && served.tenants > 1;
    progress.claims = byAge || !(isFull || served?.hasMore === true) ? 0 : progress.claims + 1;
    if (served === undefined) return;
    const { tenant, left } = served.last;
    progress.turn = { tenant, left: isFull ? left : 0 };
  }

  #progress(name: string): Progress {
    const known = this.#definitions.get(name) ?? { turn: BEGINNING, isShared: false, claims: 0 };
    this.#definitions.set(name, known);
    return known;
  }
}
