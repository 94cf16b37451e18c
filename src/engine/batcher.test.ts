import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

test('what comes during a write goes together with the next, in order', async () => {
  const batches: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const batcher = new Batcher<number>(async (items) => {
    batches.push([...items]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
  }, 3);
  const first = batcher.add(1);
  await Promise.resolve();
  await Promise.resolve();
  const rest = [2, 3, 4, 5].map((item) => batcher.add(item));
  gates[0]?.resolve();
  await first;
  gates[1]?.resolve();
  await Promise.all(rest.slice(0, 3));
  gates[2]?.resolve();
  await batcher.idle();
  expect(batches).toEqual([[1], [2, 3, 4], [5]]);
});

test('a write that fails rejects its own items and no others', async () => {
  const batcher = new Batcher<string>(async (items) => {
    if (items.includes('bad')) throw new Error('no');
  }, 1);
  const results = await Promise.allSettled(['good', 'bad', 'fine'].map((item) => batcher.add(item)));
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
