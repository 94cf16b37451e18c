import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineTask } from '../../src/sdk/index.ts';

/**
 * Searches for a number whose SHA-256 begins with the given number of zeros. The definition runs inside the server
 * (`BATCHLINE_HANDLERS`) or in a worker outside.
 */
export const findHash = defineTask({
  name: 'find-hash',
  description: 'Searches for a number whose SHA-256 begins with the given number of zeros',
  parameters: Type.Object({
    text: Type.String({ description: 'Text before the number' }),
    zeros: Type.Integer({ minimum: 1, maximum: 8, default: 4 }),
  }),
  retries: 2,
  heartbeat: 10,
  async run(ctx) {
    const { text, zeros } = ctx.parameters;
    const wanted = '0'.repeat(zeros);
    const begin = typeof ctx.lastCheckpoint === 'number' ? ctx.lastCheckpoint : 0;
    for (let number = begin; ; number += 1) {
      if (number % 10_000 === 0) {
        ctx.signal.throwIfAborted();
        ctx.progress(Math.min(99, (100 * number) / 16 ** zeros), `${number} tried`);
        await ctx.checkpoint(number);
        await delay(0); // lets other work on this event loop run, including heartbeats
      }
      const hash = createHash('sha256').update(`${text}${number}`).digest('hex');
      if (!hash.startsWith(wanted)) continue;
      ctx.log.info({ number }, 'found');
      const file = await ctx.resultFile('hash.txt');
      await writeFile(file.path, `${text}${number} ${hash}\n`);
      return { number, hash };
    }
  },
});
