import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Signal } from './pubsub.ts';
import { type Channel, ClusterPubSub } from './pubsub-cluster.ts';

/** Processes whose texts all arrive at once. */
class Hub {
  readonly #hearers: ((text: string) => void)[] = [];
  readonly texts: string[] = [];

  async join(origin: string): Promise<{ signals: ClusterPubSub; heard: Signal[] }> {
    const channel: Channel = {
      open: async (hear) => void this.#hearers.push(hear),
      send: async (text) => {
        this.texts.push(text);
        for (const hear of this.#hearers) hear(text);
      },
      close: async () => undefined,
    };
    const signals = await new ClusterPubSub(channel, origin, pino({ level: 'silent' })).open();
    const heard: Signal[] = [];
    signals.subscribe((signal) => heard.push(signal));
    return { signals, heard };
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test('progress and changes stay in the process while nobody listens', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  signals.publish({ kind: 'progress', taskIds: [1] });
  signals.publish({ kind: 'changed' });
  await pass(10_000);
  expect(hub.texts).toEqual([]);
  expect(other.heard).toEqual([]);
});

test('whoever begins to listen hears of what has just been told, and not of what was told long ago', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  signals.publish({ kind: 'progress', taskIds: [1] });
  await pass(5000);
  signals.publish({ kind: 'progress', taskIds: [2, 3] });
  await pass(1000);
  other.signals.publish({ kind: 'listening' });
  await pass(1000);
  expect(other.heard).toEqual([
    { kind: 'listening' },
    { kind: 'changed' },
    { kind: 'progress', taskIds: [2, 3] },
  ]);
  // Once, and from now on what comes.
  signals.publish({ kind: 'progress', taskIds: [4] });
  await pass(1000);
  expect(other.heard.slice(3)).toEqual([{ kind: 'progress', taskIds: [4] }]);
});

test('ends of waiting calls are told at once, in texts that a notification can hold', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  const calls = Array.from({ length: 120 }, (_, n) => `${n}:${'x'.repeat(64)}`);
  for (const call of calls) signals.publish({ kind: 'end-wait', call });
  await pass(100);
  expect(other.heard).toEqual(calls.map((call) => ({ kind: 'end-wait', call })));
  for (const text of hub.texts) expect(text.length).toBeLessThan(8000);
});

test('progress of many tasks is told in parts, and all of it', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  other.signals.publish({ kind: 'listening' });
  await pass(100);
  const taskIds = Array.from({ length: 5000 }, (_, n) => n);
  signals.publish({ kind: 'progress', taskIds });
  await pass(10_000);
  const told = other.heard.flatMap((signal) => (signal.kind === 'progress' ? signal.taskIds : []));
  expect(told).toEqual(taskIds);
  for (const text of hub.texts) expect(text.length).toBeLessThan(8000);
});
