const MAX_SIZE = 10_000;

/** A map that evicts the entry that was set least recently when it is full, so that callers can't exhaust the memory. */
export class BoundedMap<V> {
  readonly #map = new Map<string, V>();
  readonly #maxSize: number;

  constructor(maxSize: number = MAX_SIZE) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): V | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: V): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size <= this.#maxSize) return;
    const [oldest] = this.#map.keys();
    if (oldest !== undefined) this.#map.delete(oldest);
  }

  delete(key: string): void {
    this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }
}
