import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineTask, ResumableFile } from '../../../src/sdk/index.ts';

/** Writes a file of these bytes, and then fails if requested. */
export const writer = defineTask({
  name: 'writer',
  description: 'Writes a file',
  parameters: Type.Object({
    name: Type.String({ default: 'result.csv' }),
    content: Type.String({ default: '0123456789' }),
    fail: Type.Boolean({ default: false }),
  }),
  async run(ctx) {
    const { path } = await ctx.resultFile(ctx.parameters.name);
    await writeFile(path, ctx.parameters.content);
    if (ctx.parameters.fail) throw new Error('as it was asked to');
    return 'written';
  },
});

/** Grows a file line by line with its checkpoint; the first run waits for its end after the second line. */
export const grower = defineTask({
  name: 'grower',
  description: 'Grows a file',
  async run(ctx) {
    let { lines, bytes } = (ctx.lastCheckpoint ?? { lines: 0, bytes: 0 }) as { lines: number; bytes: number };
    const { path } = await ctx.resultFile('lines.txt');
    const file = await ResumableFile.open(path, bytes);
    try {
      if (file.lost) throw new Error(`lost with ${lines} lines`);
      while (lines < 5) {
        if (lines === 2 && ctx.attempt === 1) {
          file.append('never checkpointed\n');
          await file.sync();
          ctx.progress(40, 'waiting');
          await delay(600_000, undefined, { signal: ctx.signal });
        }
        lines += 1;
        file.append(`line ${lines} of attempt ${ctx.attempt}\n`);
        bytes = await file.sync();
        await ctx.checkpoint({ lines, bytes });
      }
    } finally {
      await file.close();
    }
    return 'grown';
  },
});

/** Is over soon after it has succeeded. */
export const brief = defineTask({
  name: 'brief',
  description: 'Is kept for an hour',
  retention: { Succeeded: '1h' },
  run: () => 'done',
});
