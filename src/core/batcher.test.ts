import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

test('what comes during a write goes together with the next, in order', async () => {
  const batches: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const batcher = new Batcher<number>(
    async (items) => {
      batches.push([...items]);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return [];
    },
    { maxItems: 3 },
  );
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
  const batcher = new Batcher<string>(
    async (items) => {
      if (items.includes('bad')) throw new Error('no');
      return [];
    },
    { maxItems: 1 },
  );
  const results = await Promise.allSettled(['good', 'bad', 'fine'].map((item) => batcher.add(item)));
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('of items with the same key the later one waits for the next write, and each hears what came of it', async () => {
  const batches: string[][] = [];
  const batcher = new Batcher<string, string>(
    async (items) => {
      batches.push([...items]);
      return items.map((item) => item.toUpperCase());
    },
    { maxItems: 3, keyOf: (item) => item.charAt(0) },
  );
  const results = await Promise.all(
    ['a1', 'a2', 'b1', 'a3', 'b2', 'c1', 'd1'].map((item) => batcher.add(item)),
  );
  expect(results).toEqual(['A1', 'A2', 'B1', 'A3', 'B2', 'C1', 'D1']);
  expect(batches).toEqual([['a1', 'b1', 'c1'], ['a2', 'b2', 'd1'], ['a3']]);
});

test('a write has at most so much weight; an item that is heavier goes alone', async () => {
  const batches: string[][] = [];
  const batcher = new Batcher<string>(
    async (items) => {
      batches.push([...items]);
      return [];
    },
    { maxItems: 10, maxWeight: 4, weightOf: (item) => item.length },
  );
  await Promise.all(['aa', 'bb', 'c', 'dddddd', 'e', 'f'].map((item) => batcher.add(item)));
  expect(batches).toEqual([['aa', 'bb'], ['c'], ['dddddd'], ['e', 'f']]);
});
