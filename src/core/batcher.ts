/** An item that waits for its write. */
interface Entry<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Limits of a batch. */
export interface BatchLimits<T> {
  /** Maximum number of items in a batch. */
  readonly maxItems: number;
  /** Maximum total weight; a heavier item is written alone. Requires `weightOf`. */
  readonly maxWeight?: number;
  readonly weightOf?: (item: T) => number;
  /** Items with the same key are never in one batch: the later one waits for the next write. */
  readonly keyOf?: (item: T) => unknown;
}

/**
 * Collects items during a write and writes them together afterwards. Under load this needs few statements; otherwise an
 * item is written without delay.
 */
export class Batcher<T, R = void> {
  readonly #write: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #limits: BatchLimits<T>;
  #waiting: Entry<T, R>[] = [];
  #writing: Promise<void> | undefined;

  /** @param write writes items in order of arrival, and resolves to their results; rejects if none was written */
  constructor(write: (items: readonly T[]) => Promise<readonly R[]>, limits: BatchLimits<T>) {
    this.#write = write;
    this.#limits = limits;
  }

  /** Resolves to the item's result when it is written; rejects with the error of its write. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Resolves when all items are written. */
  async idle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #drain(): Promise<void> {
    // Lets the pending microtasks add their items to this batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        const results = await this.#write(batch.map((entry) => entry.item));
        batch.forEach((entry, index) => {
          entry.resolve(results[index] as R);
        });
      } catch (error) {
        for (const entry of batch) entry.reject(error);
      }
    }
    this.#writing = undefined;
  }

  #take(): Entry<T, R>[] {
    const { maxItems, keyOf, maxWeight = Number.POSITIVE_INFINITY, weightOf = () => 0 } = this.#limits;
    const taken: Entry<T, R>[] = [];
    const left: Entry<T, R>[] = [];
    const keys = new Set<unknown>();
    let rest: Entry<T, R>[] = [];
    let weight = 0;
    let index = -1;
    for (const entry of this.#waiting) {
      index += 1;
      const heavier = weight + weightOf(entry.item);
      if (taken.length === maxItems || (taken.length > 0 && heavier > maxWeight)) {
        rest = this.#waiting.slice(index);
        break;
      }
      const key = keyOf?.(entry.item);
      if (keys.has(key)) {
        left.push(entry);
        continue;
      }
      if (keyOf !== undefined) keys.add(key);
      taken.push(entry);
      weight = heavier;
    }
    this.#waiting = left.length === 0 ? rest : left.concat(rest);
    return taken;
  }
}
