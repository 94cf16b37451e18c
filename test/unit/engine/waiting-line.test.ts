import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LocalPubSub } from '../../../src/db/pubsub.ts';
import type { ClaimedTask } from '../../../src/db/queries/queue.ts';
import { LongPollQueue, type Waiter } from '../../../src/queue/long-poll.ts';

const never = new AbortController().signal;
let signals: LocalPubSub;
let line: LongPollQueue;
/** Tasks that are due, by definition; a claim takes them in turn. */
let due: Record<string, ClaimedTask[]>;
let claims: string[];
let handedBack: readonly ClaimedTask[];
/** Delays a claim until it resolves. */
let gate: Promise<void>;

const task = (id: number): ClaimedTask => ({ task: { id }, checkpoint: null }) as ClaimedTask;
const waiter = (names: string[], limit = 1): Waiter => ({ names, limit, tenant: null, owner: 'w' });
const ids = async (waiting: Promise<readonly ClaimedTask[]>): Promise<number[]> =>
  (await waiting).map((one) => one.task.id);

beforeEach(() => {
  // Polling never comes, so that only signals wake.
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout'] });
  signals = new LocalPubSub();
  due = {};
  claims = [];
  handedBack = [];
  gate = Promise.resolve();
  line = new LongPollQueue({
    async claim(name, { limit }) {
      claims.push(name);
      await gate;
      const claimed = due[name]?.splice(0, limit) ?? [];
      return { claimed, more: claimed.length === limit };
    },
    async release(claimed) {
      handedBack = claimed;
    },
    signals,
    log: pino({ level: 'silent' }),
  });
});
afterEach(async () => {
  await line.close();
  vi.useRealTimers();
});

/** Lets everything that is ready happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Puts a worker in the line. */
async function standing(names: string[], limit = 1): Promise<Promise<readonly ClaimedTask[]>[]> {
  const waiting = line.wait(waiter(names, limit), 30_000, never, never);
  await settled();
  claims = [];
  return [waiting];
}

test('due tasks are returned immediately', async () => {
  due = { a: [task(1), task(2)] };
  expect(await ids(line.wait(waiter(['b', 'a'], 5), 30_000, never, never))).toEqual([1, 2]);
});

test('a signal wakes the first in the line, and costs one claim however many wait', async () => {
  const [first] = await standing(['a'], 2);
  const [second] = await standing(['a'], 2);
  const [third] = await standing(['b']);
  due = { a: [task(1)] };
  signals.publish({ kind: 'due', names: ['a'] });
  expect(await ids(first as never)).toEqual([1]);
  await settled();
  expect(claims).toEqual(['a']);
  due = { a: [task(2)], b: [task(3)] };
  signals.publish({ kind: 'due', names: ['b', 'a'] });
  expect(await ids(second as never)).toEqual([2]);
  expect(await ids(third as never)).toEqual([3]);
});

test('tasks that become due while a worker polls are not missed', async () => {
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  const waiting = line.wait(waiter(['a', 'b']), 30_000, never, never);
  opened.resolve();
  await settled();
  claims = [];
  due = { a: [task(1)] };
  signals.publish({ kind: 'due', names: ['a'] });
  expect(await ids(waiting)).toEqual([1]);
});

test('tasks claimed for a disconnected worker are returned', async () => {
  const gone = new AbortController();
  const waiting = line.wait(waiter(['a']), 30_000, gone.signal, never);
  await settled();
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  due = { a: [task(1)] };
  signals.publish({ kind: 'due', names: ['a'] });
  gone.abort();
  expect(await ids(waiting)).toEqual([]);
  opened.resolve();
  await settled();
  expect(handedBack.map((one) => one.task.id)).toEqual([1]);
});

test('a worker that stops waiting gets the tasks claimed for it, or none', async () => {
  const enough = new AbortController();
  const waiting = line.wait(waiter(['b']), 30_000, never, enough.signal);
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  due = { a: [task(1)] };
  const looking = line.wait(waiter(['a', 'c']), 30_000, never, enough.signal);
  await settled();
  enough.abort();
  expect(await ids(waiting)).toEqual([]);
  opened.resolve();
  expect(await ids(looking)).toEqual([1]);
  expect(handedBack).toEqual([]);
  expect(await ids(line.wait(waiter(['a']), 30_000, never, enough.signal))).toEqual([]);
  expect(claims).toEqual(['b', 'a']);
});

test('the end of the wait, and of the line, is an empty answer', async () => {
  const [first] = await standing(['a']);
  vi.advanceTimersByTime(30_000);
  expect(await ids(first as never)).toEqual([]);
  const [second] = await standing(['a']);
  await line.close();
  expect(await ids(second as never)).toEqual([]);
  expect(await ids(line.wait(waiter(['a']), 30_000, never, never))).toEqual([]);
});
