import { defineTask } from '../src/sdk/index.ts';

/** Number of `bench-noop` runs that have begun in this process, and a callback for each. */
export const noopRuns: { begun: number; onRun?: () => void } = { begun: 0 };

/** Does nothing, so that only the server's own work is measured. */
export const noop = defineTask({
  name: 'bench-noop',
  description: 'Does nothing',
  run() {
    noopRuns.begun += 1;
    noopRuns.onRun?.();
  },
});

/** Returns the time of its first line, on the machine's clock. */
export const clock = defineTask({
  name: 'bench-clock',
  description: 'Returns the time',
  run: () => String(performance.timeOrigin + performance.now()),
});

/** Is never started: with it and the built-in definitions, a worker has seven. */
export const seventh = defineTask({
  name: 'bench-seventh',
  description: 'Does nothing',
  run: () => undefined,
});
