import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineTask } from '../../../src/sdk/index.ts';

/*
 * Definitions whose tasks are in the middle of something when the data of a release is kept. `release/keep-data.ts`
 * copies this file into the checkout of that release.
 */

/** Fails its first run, and is then in its back-off. */
export const flaky = defineTask({
  name: 'kept-flaky',
  description: 'Fails once',
  retries: { limit: 3, delay: 2 },
  async run(ctx) {
    if (ctx.attempt === 1) throw new Error('the first run fails');
    return 'after a retry';
  },
});

/** Runs until its server stops; its next run returns at once. */
export const slow = defineTask({
  name: 'kept-slow',
  description: 'Returns in its second run',
  async run(ctx) {
    if (ctx.attempt === 1) await delay(600_000, undefined, { signal: ctx.signal });
    return 'ended';
  },
});

/** Waits for its children. */
export const parent = defineTask({
  name: 'kept-parent',
  description: 'Waits for a child',
  parameters: Type.Object({}),
  async run(ctx) {
    await ctx.children.start([{ name: 'kept-slow', key: 'only', parameters: {} }]);
    const { ended, failed } = await ctx.children.wait();
    return `${ended} ended, ${failed} failed`;
  },
});
