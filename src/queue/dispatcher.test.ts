import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fuzzing, fuzzRuns } from '../../test/support/fuzz.ts';
import { type Channel, ClusterPubSub } from '../db/pubsub.ts';
import { Dispatcher } from './dispatcher.ts';
import { Producer } from './producer.ts';

/* Processes and a database on a simulated clock. The database answers at once, so that delays are those of the design. */

const log = pino({ level: 'silent' });
const NAME = 'work';
const never = new Promise<never>(() => undefined);

interface Task {
  readonly startedAt: number;
  claimedAt?: number;
}

interface Process {
  readonly id: string;
  readonly signals: ClusterPubSub;
  readonly dispatcher: Dispatcher;
  readonly producer: Producer<Task>;
  isDead: boolean;
}

/** A fleet on one database. A dead worker stays in the list of live workers and hears nothing. */
class Fleet {
  readonly processes: Process[] = [];
  readonly tasks: Task[] = [];
  readonly texts: string[] = [];
  claims = 0;
  /** True if the definition is paused: no claim finds a task. */
  isPaused = false;
  /** Returns true if a text for one worker is lost. */
  isLost: () => boolean = () => false;
  readonly #receivers = new Map<Process, (text: string) => void>();

  /** @param slots 0 for a process that runs no tasks */
  async add(slots: number): Promise<Process> {
    const id = `p${this.processes.length}`;
    let receive: (text: string) => void = () => undefined;
    const channel: Channel = {
      open: async (listener) => {
        receive = listener;
      },
      send: async (text, to) => {
        this.texts.push(text);
        for (const [other, hear] of this.#receivers) {
          const isHeard = to === undefined || (to.includes(other.id) && !this.isLost());
          if (!other.isDead && isHeard) hear(text);
        }
      },
      close: async () => undefined,
    };
    const signals = await new ClusterPubSub(channel, id, log).open();
    const producer = new Producer<Task>({
      names: slots > 0 ? [NAME] : [],
      slots,
      claim: async (_, limit) => this.#claim(limit),
      run: () => never,
      pollMs: () => 1e9,
      log,
    });
    const dispatcher = new Dispatcher({
      nodeId: id,
      listWorkers: async () => this.#workers(),
      listWaiting: async (names, seconds) => {
        const before = performance.now() - seconds * 1000;
        return this.#waiting().some((task) => task.startedAt <= before) ? names : [];
      },
      wake: (name, to) =>
        signals.publish({ kind: 'due', names: [name], ...(to ? { to } : { everyone: true }) }),
      room: (name) => producer.roomFor(name),
      isBehind: (name) => producer.isBehind(name),
      onError: (error) => {
        throw error;
      },
    });
    signals.route(dispatcher);
    signals.subscribe((signal) => {
      if (signal.kind === 'due' && signal.to?.includes(id) !== false) producer.wake(signal.names);
    });
    const process = { id, signals, dispatcher, producer, isDead: false };
    this.processes.push(process);
    this.#receivers.set(process, (text) => receive(text));
    return process;
  }

  start(by: Process, count = 1): void {
    for (let n = 0; n < count; n += 1) this.tasks.push({ startedAt: performance.now() });
    by.signals.publish({ kind: 'due', names: Array.from({ length: count }, () => NAME) });
  }

  #workers() {
    return this.processes
      .filter(({ producer }) => producer.load.slots > 0)
      .map(({ id, producer }) => ({ nodeId: id, slots: new Map([[NAME, producer.load.slots]]) }));
  }

  #waiting(): Task[] {
    return this.tasks.filter((task) => task.claimedAt === undefined);
  }

  #claim(limit: number): { items: Task[]; more: string[] } {
    this.claims += 1;
    const items = this.isPaused ? [] : this.#waiting().slice(0, limit);
    for (const task of items) task.claimedAt = performance.now();
    return { items, more: items.length === limit ? [NAME] : [] };
  }
}

let fleet: Fleet;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  fleet = new Fleet();
});
afterEach(() => void vi.useRealTimers());

/** Lets simulated time pass in steps, so that claims take place between them. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) await vi.advanceTimersByTimeAsync(5);
}

test('each start costs one claim, however many workers are idle', async () => {
  const api = await fleet.add(0);
  for (let n = 0; n < 32; n += 1) await fleet.add(20);
  for (let n = 0; n < 100; n += 1) {
    fleet.start(api);
    await pass(45);
  }
  await pass(1000);
  expect(fleet.tasks.every((task) => task.claimedAt !== undefined)).toBe(true);
  expect(fleet.claims).toBe(100);
});

test('many tasks at once wake as many workers as they need', async () => {
  const api = await fleet.add(0);
  for (let n = 0; n < 32; n += 1) await fleet.add(20);
  fleet.start(api, 100);
  await pass(10);
  expect(fleet.tasks.every((task) => task.claimedAt !== undefined)).toBe(true);
  const busy = fleet.processes.filter(({ producer }) => producer.load.running > 0);
  expect(busy).toHaveLength(5);
});

test('a server that runs tasks takes them itself without a notification, until half of its slots are taken', async () => {
  const server = await fleet.add(4);
  const other = await fleet.add(4);
  fleet.start(server);
  fleet.start(server);
  await pass(200);
  expect(server.producer.load.running).toBe(2);
  expect(fleet.texts).toEqual([]);
  for (let n = 0; n < 6; n += 1) {
    fleet.start(server);
    await pass(60);
  }
  await pass(500);
  expect(server.producer.load.running + other.producer.load.running).toBe(8);
});

test('tasks that a server cannot claim itself go to others', async () => {
  const server = await fleet.add(2);
  const other = await fleet.add(20);
  fleet.start(server, 1);
  await pass(50);
  fleet.start(server, 5);
  await pass(500);
  expect(fleet.tasks.every((task) => task.claimedAt !== undefined)).toBe(true);
  expect(other.producer.load.running).toBeGreaterThanOrEqual(4);
});

test('starts of a paused definition soon wake only one worker each', async () => {
  fleet.isPaused = true;
  const api = await fleet.add(0);
  for (let n = 0; n < 32; n += 1) await fleet.add(20);
  for (let n = 0; n < 200; n += 1) {
    fleet.start(api);
    await pass(50);
  }
  const before = fleet.claims;
  for (let n = 0; n < 200; n += 1) {
    fleet.start(api);
    await pass(50);
  }
  // In these 10 s, every worker is woken once or twice besides.
  expect(fleet.claims - before).toBeLessThanOrEqual(200 + 2 * 64);
});

const WORKER = fc.record({
  slots: fc.integer({ min: 1, max: 5 }),
  diesAt: fc.integer({ min: -500, max: 2000 }),
});
const SHARE = 0.3;
const { options } = fuzzing(SHARE);
const timeout = 60_000 + 200 * fuzzRuns(SHARE);

test('every task is claimed within bounds, whichever workers die or are full and whichever of their signals are lost', {
  timeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(WORKER, { maxLength: 30 }),
      fc.array(
        fc.record({ afterMs: fc.integer({ min: 0, max: 300 }), tasks: fc.integer({ min: 1, max: 8 }) }),
        {
          minLength: 1,
          maxLength: 15,
        },
      ),
      fc.infiniteStream(fc.boolean()),
      async (workers, starts, lost) => {
        fleet = new Fleet();
        const api = await fleet.add(0);
        // This one survives and has room for all tasks.
        await fleet.add(1000);
        const begin = performance.now();
        const others: { readonly process: Process; readonly diesAt: number }[] = [];
        for (const { slots, diesAt } of workers)
          others.push({ process: await fleet.add(slots), diesAt: begin + diesAt });
        fleet.isLost = () => lost.next().value;
        for (const { afterMs, tasks } of starts) {
          await pass(afterMs);
          for (const { process, diesAt } of others) process.isDead ||= diesAt <= performance.now();
          fleet.start(api, tasks);
        }
        await pass(3000);
        // One check for each doubling of the workers, one that wakes all, the batching of each notification, and
        // the pauses after several rounds.
        const boundMs = (Math.ceil(Math.log2(fleet.processes.length)) + 3) * 65 + 700;
        const delays = fleet.tasks.map(({ startedAt, claimedAt = Infinity }) => claimedAt - startedAt);
        expect(Math.max(...delays)).toBeLessThanOrEqual(boundMs);
        await Promise.all(fleet.processes.map(({ dispatcher }) => dispatcher.stop()));
      },
    ),
    options,
  );
});

test('each of many workers polls less often', () => {
  const dispatcher = new Dispatcher({} as never);
  const pollSeconds = (alike: number): number => {
    dispatcher.noteFleet({ processes: alike, alike });
    return dispatcher.pollMs / 1000;
  };
  expect([1, 2, 8, 1000].map(pollSeconds)).toEqual([10, 20, 80, 120]);
});
