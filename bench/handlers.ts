import { defineTask } from '../src/workers/index.ts';

/** How many runs of `bench-noop` have begun in this process, and who else is told of each. */
export const noopRuns: { begun: number; onRun?: () => void } = { begun: 0 };

/** Does nothing: what is left is the server's own work. */
export const noop = defineTask({
  name: 'bench-noop',
  description: 'Does nothing',
  run() {
    noopRuns.begun += 1;
    noopRuns.onRun?.();
  },
});

/** Tells when its first line ran, on the machine's clock. */
export const clock = defineTask({
  name: 'bench-clock',
  description: 'Tells the time',
  run: () => String(performance.timeOrigin + performance.now()),
});
