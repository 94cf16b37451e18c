/** How hard and how long to load something. */
export interface Load {
  /** Calls under way at once. */
  readonly connections: number;
  /** Before the count begins. */
  readonly warmSeconds: number;
  readonly seconds: number;
}

/** Calls again and again, so many at once, and resolves to how many calls a second have ended. */
export async function callsPerSecond(
  { connections, warmSeconds, seconds }: Load,
  call: (connection: number) => Promise<unknown>,
): Promise<number> {
  const begin = performance.now() + warmSeconds * 1000;
  const end = begin + seconds * 1000;
  let count = 0;
  const loop = async (connection: number): Promise<void> => {
    for (;;) {
      await call(connection);
      const now = performance.now();
      if (now >= end) return;
      if (now >= begin) count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, connection) => loop(connection)));
  return count / seconds;
}

/** Does something for each item, so many at once, and resolves to how many a second that was. */
export async function eachPerSecond<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  const waiting = items.values();
  const loop = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return items.length / ((performance.now() - started) / 1000);
}
