/** While there is enough that is ready, what its job makes due joins it this often. */
const EVERY_MS = 250;

/** When this process has looked at the jobs that have come due, by definition, and whether it has claimed since. */
export class JobTurns {
  readonly #turns = new Map<string, { lookedAt: number; claims: boolean }>();

  /** Whether claims have gone on for a while without a look. */
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
