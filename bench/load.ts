/** Concurrency and duration of a load. */
export interface Load {
  /** Concurrent calls. */
  readonly connections: number;
  /** Warm-up before counting. */
  readonly warmSeconds: number;
  readonly seconds: number;
}

/** Calls repeatedly, with this concurrency, and resolves to the number of completed calls per second. */
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

/** Processes each item, with this concurrency, and resolves to the number of items per second. */
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
