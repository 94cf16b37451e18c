/** A range of indexes; `to` is exclusive. */
export type Range = [from: number, to: number];

/** The finished requests, as ranges. There are few ranges, because requests are started in order. */
export class FinishedSet {
  readonly #ranges: Range[] = [];
  #size = 0;

  constructor(ranges: readonly Range[] = []) {
    for (const [from, to] of ranges) {
      for (let index = from; index < to; index++) this.add(index);
    }
  }

  /** Number of finished requests. */
  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return this.#ranges.some(([from, to]) => from <= index && index < to);
  }

  add(index: number): void {
    if (this.has(index)) return;
    this.#size++;
    let at = this.#ranges.findIndex(([from]) => from > index);
    if (at === -1) at = this.#ranges.length;
    const before = this.#ranges[at - 1];
    const after = this.#ranges[at];
    if (before?.[1] === index && after?.[0] === index + 1) {
      before[1] = after[1];
      this.#ranges.splice(at, 1);
    } else if (before?.[1] === index) {
      before[1]++;
    } else if (after?.[0] === index + 1) {
      after[0]--;
    } else {
      this.#ranges.splice(at, 0, [index, index + 1]);
    }
  }

  /** Returns a copy of the ranges, in order. */
  toRanges(): Range[] {
    return this.#ranges.map(([from, to]) => [from, to]);
  }
}
