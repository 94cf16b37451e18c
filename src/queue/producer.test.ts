import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { Producer } from './producer.ts';

const log = pino({ level: 'silent' });
/** Runs all pending callbacks. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let producer: Producer<string> | undefined;
afterEach(() => producer?.stop());

test('fills free slots round-robin by definition, and never exceeds them', async () => {
  const due: Record<string, string[]> = { a: ['a1', 'a2', 'a3'], b: ['b1', 'b2'] };
  const running = new Map<string, PromiseWithResolvers<void>>();
  const claims: [string, number][] = [];
  producer = new Producer<string>({
    names: ['a', 'b'],
    slots: 2,
    async claim([name = '', ...others], limit) {
      claims.push([name, limit]);
      const items = due[name]?.splice(0, Math.min(limit, 1)) ?? [];
      return { items, more: [...others, ...((due[name]?.length ?? 0) > 0 ? [name] : [])] };
    },
    run(item) {
      const gate = Promise.withResolvers<void>();
      running.set(item, gate);
      return gate.promise.then(() => void running.delete(item));
    },
    pollMs: () => 60_000,
    log,
  });
  producer.start();
  await settle();
  await settle();
  expect([...running.keys()].sort()).toEqual(['a1', 'b1']);
  while (running.size > 0) {
    expect(running.size).toBeLessThanOrEqual(2);
    [...running.values()][0]?.resolve();
    await settle();
  }
  expect(due).toEqual({ a: [], b: [] });
  for (const [, limit] of claims) expect(limit).toBeLessThanOrEqual(2);
});

test('wakes only for its own definitions', async () => {
  const claimed: string[] = [];
  producer = new Producer<string>({
    names: ['a'],
    slots: 1,
    async claim(names) {
      claimed.push(...names);
      return { items: [], more: [] };
    },
    run: async () => undefined,
    pollMs: () => 60_000,
    log,
  });
  producer.wake(['b']);
  await settle();
  expect(claimed).toEqual([]);
  producer.wake(['a', 'b']);
  await settle();
  expect(claimed).toEqual(['a']);
});

test('one claim fills all slots that become free in the same turn of the event loop', async () => {
  const gate = Promise.withResolvers<void>();
  const limits: number[] = [];
  producer = new Producer<string>({
    names: ['a'],
    slots: 3,
    async claim(names, limit) {
      limits.push(limit);
      return { items: limits.length === 1 ? ['1', '2', '3'] : [], more: limits.length === 1 ? names : [] };
    },
    run: () => gate.promise,
    pollMs: () => 60_000,
    log,
  });
  producer.start();
  await settle();
  gate.resolve();
  await settle();
  await settle();
  expect(limits).toEqual([3, 3]);
});

test('the next claim is sent before the runs of the last one begin, and stop resolves when they have begun', async () => {
  const order: string[] = [];
  const second = Promise.withResolvers<{ items: string[]; more: string[] }>();
  producer = new Producer<string>({
    names: ['a'],
    slots: 2,
    claim(names) {
      order.push('claim');
      return order.length === 1 ? Promise.resolve({ items: ['1'], more: [...names] }) : second.promise;
    },
    async run(item) {
      order.push(`run ${item}`);
    },
    pollMs: () => 60_000,
    log,
  });
  producer.start();
  while (order.length < 2) await Promise.resolve();
  const stopped = producer.stop();
  second.resolve({ items: [], more: [] });
  await stopped;
  expect(order).toEqual(['claim', 'claim', 'run 1']);
});

test('claims nothing after stop', async () => {
  let claims = 0;
  producer = new Producer<string>({
    names: ['a'],
    slots: 1,
    async claim() {
      claims += 1;
      return { items: [], more: [] };
    },
    run: async () => undefined,
    pollMs: () => 60_000,
    log,
  });
  await producer.stop();
  producer.wake(['a']);
  await settle();
  expect(claims).toBe(0);
});

test('claims all definitions at once; skipped ones precede those woken during the claim', async () => {
  const asked: (readonly string[])[] = [];
  producer = new Producer<string>({
    names: ['a', 'b', 'c'],
    slots: 2,
    async claim(names) {
      asked.push(names);
      if (asked.length > 1) return { items: [], more: [] };
      producer?.wake(['c', 'a']);
      return { items: ['1'], more: ['b', 'a'] };
    },
    run: () => new Promise(() => undefined),
    pollMs: () => 60_000,
    log,
  });
  producer.wake(['a', 'b']);
  await settle();
  expect(asked).toEqual([
    ['a', 'b'],
    ['b', 'a', 'c'],
  ]);
});
