import { defineTask } from '../src/workers/index.ts';

/** Does nothing: what is left is the server's own work. */
export const noop = defineTask({ name: 'bench-noop', description: 'Does nothing', run: () => undefined });

/** Tells when its first line ran, on the machine's clock. */
export const clock = defineTask({
  name: 'bench-clock',
  description: 'Tells the time',
  run: () => String(performance.timeOrigin + performance.now()),
});
