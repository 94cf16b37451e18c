import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Channel, ClusterPubSub, type Signal } from './pubsub.ts';

/** Connects processes without delay. */
class Hub {
  readonly #receivers: { readonly origin: string; readonly receive: (text: string) => void }[] = [];
  readonly texts: string[] = [];

  async join(origin: string): Promise<{ signals: ClusterPubSub; received: Signal[] }> {
    const channel: Channel = {
      open: async (receive) => void this.#receivers.push({ origin, receive }),
      send: async (text, to) => {
        this.texts.push(text);
        for (const other of this.#receivers) if (to?.includes(other.origin) !== false) other.receive(text);
      },
      close: async () => undefined,
    };
    const signals = await new ClusterPubSub(channel, origin, pino({ level: 'silent' })).open();
    const received: Signal[] = [];
    signals.subscribe((signal) => received.push(signal));
    return { signals, received };
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test('progress and changes stay in the process while no other process listens', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  signals.publish({ kind: 'progress', taskIds: [1] });
  signals.publish({ kind: 'changed' });
  await pass(10_000);
  expect(hub.texts).toEqual([]);
  expect(other.received).toEqual([]);
});

test('a new listener receives recent progress but no old progress', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  signals.publish({ kind: 'progress', taskIds: [1] });
  await pass(5000);
  signals.publish({ kind: 'progress', taskIds: [2, 3] });
  await pass(1000);
  other.signals.publish({ kind: 'listening' });
  await pass(1000);
  expect(other.received).toEqual([
    { kind: 'listening' },
    { kind: 'changed' },
    { kind: 'progress', taskIds: [2, 3] },
  ]);
  // Each signal arrives once, and later ones follow.
  signals.publish({ kind: 'progress', taskIds: [4] });
  await pass(1000);
  expect(other.received.slice(3)).toEqual([{ kind: 'progress', taskIds: [4] }]);
});

test('ends of long polls are split into notifications of limited size', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  const calls = Array.from({ length: 120 }, (_, n) => `${n}:${'x'.repeat(64)}`);
  for (const call of calls) signals.publish({ kind: 'end-wait', call });
  await pass(100);
  expect(other.received).toEqual(calls.map((call) => ({ kind: 'end-wait', call })));
  for (const text of hub.texts) expect(text.length).toBeLessThan(8000);
});

test('without a router, due tasks wake every process, in the form that earlier releases read', async () => {
  const hub = new Hub();
  const { signals, received } = await hub.join('a');
  const other = await hub.join('b');
  signals.publish({ kind: 'due', names: ['x', 'x', 'y'] });
  await pass(10);
  expect(received).toEqual([{ kind: 'due', names: ['x', 'y'] }]);
  expect(other.received).toEqual([{ kind: 'due', names: ['x', 'y'] }]);
  expect(hub.texts.map((text) => JSON.parse(text))).toMatchObject([{ origin: 'a', due: ['x', 'y'] }]);
});

test('a router decides who receives due tasks; other signals still reach every process', async () => {
  const hub = new Hub();
  const { signals, received } = await hub.join('a');
  const [b, c] = [await hub.join('b'), await hub.join('c')];
  const asked: Record<string, number>[] = [];
  signals.route({
    isAlone: false,
    noteOther: () => undefined,
    takeOwn: (name, tasks) => (name === 'mine' ? tasks : 0),
    async choose(due) {
      asked.push(Object.fromEntries(due));
      return due.has('unknown') ? undefined : ['c'];
    },
  });
  signals.publish({ kind: 'due', names: ['mine', 'x', 'x'] });
  signals.publish({ kind: 'due', names: ['x'] });
  signals.publish({ kind: 'stop', taskId: 7 });
  await pass(10);
  expect(asked).toEqual([{ x: 3 }]);
  expect(received).toEqual([
    { kind: 'due', names: ['mine'], to: ['a'] },
    { kind: 'due', names: ['x'], to: [] }, // for the requests of remote workers
    { kind: 'due', names: ['x'], to: [] },
    { kind: 'stop', taskId: 7 },
  ]);
  expect(b.received).toEqual([{ kind: 'stop', taskId: 7 }]);
  expect(c.received).toEqual([
    { kind: 'stop', taskId: 7 },
    { kind: 'due', names: ['x'], to: ['c'] },
  ]);
  signals.publish({ kind: 'due', names: ['unknown'] });
  signals.publish({ kind: 'due', names: ['resumed'], everyone: true });
  await pass(10);
  expect(received.slice(-1)).toEqual([{ kind: 'due', names: ['unknown'], to: ['a'], again: true }]);
  expect(b.received.slice(1)).toEqual([{ kind: 'due', names: ['resumed', 'unknown'] }]);
});

test('rounds of shared jobs are announced unless the process is alone', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  const router = { isAlone: true, noteOther: vi.fn(), takeOwn: () => 0, choose: async () => undefined };
  signals.route(router);
  signals.publish({ kind: 'round', job: 'stager' });
  await pass(10);
  expect(hub.texts).toEqual([]);
  other.signals.publish({ kind: 'round', job: 'rescuer' });
  await pass(10);
  expect(router.noteOther).toHaveBeenCalledOnce();
  router.isAlone = false;
  signals.publish({ kind: 'round', job: 'stager' });
  await pass(10);
  expect(other.received.slice(-1)).toEqual([{ kind: 'round', job: 'stager' }]);
});

test('progress of many tasks is split into notifications, and all of it arrives', async () => {
  const hub = new Hub();
  const { signals } = await hub.join('a');
  const other = await hub.join('b');
  other.signals.publish({ kind: 'listening' });
  await pass(100);
  const taskIds = Array.from({ length: 5000 }, (_, n) => n);
  signals.publish({ kind: 'progress', taskIds });
  await pass(10_000);
  const progressed = other.received.flatMap((signal) => (signal.kind === 'progress' ? signal.taskIds : []));
  expect(progressed).toEqual(taskIds);
  for (const text of hub.texts) expect(text.length).toBeLessThan(8000);
});
