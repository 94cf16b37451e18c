/** While tasks are available, parents whose children have ended join them this often. */
const EVERY_MS = 250;

/** When this process last looked for parents whose children have ended, by definition, and whether it has claimed since. */
export class ParentTurns {
  readonly #turns = new Map<string, { lookedAt: number; claims: boolean }>();

  /** True if claims have gone on for a while without a look. */
  isDue(name: string): boolean {
    const turn = this.#turns.get(name);
    return turn?.claims === true && performance.now() - turn.lookedAt > EVERY_MS;
  }

  noteLook(name: string): void {
    this.#turns.set(name, { lookedAt: performance.now(), claims: false });
  }

  noteClaim(name: string): void {
    const lookedAt = this.#turns.get(name)?.lookedAt ?? Number.NEGATIVE_INFINITY;
    this.#turns.set(name, { lookedAt, claims: true });
  }
}
