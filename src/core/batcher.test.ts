import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

test('items that arrive during a write are written together next, in order', async () => {
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

test('a failed write rejects only its own items', async () => {
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

test('a later item with the same key waits for the next write, and each gets its own result', async () => {
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

test('a batch has at most maxWeight; a heavier item is written alone', async () => {
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
