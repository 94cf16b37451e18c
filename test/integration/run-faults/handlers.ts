import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineTask, type TaskContext } from '../../../src/sdk/index.ts';

const fail = (text: string): never => {
  throw new Error(text);
};

/** Ways to let an error escape during a run. */
const FAULTS: Readonly<Record<string, (signal: AbortSignal) => unknown>> = {
  'a forgotten promise': () => void Promise.reject(new Error('forgotten')),
  'a forgotten promise at the very end': () => {
    void Promise.reject(new Error('at the end'));
    return 'done';
  },
  'an async function without await': (signal) => {
    void (async () => {
      await delay(5);
      fail('not awaited');
    })();
    return delay(30_000, undefined, { signal });
  },
  'a timer': (signal) => {
    setTimeout(() => fail('in a timer'), 5);
    return delay(30_000, undefined, { signal });
  },
  'an event': (signal) => {
    setImmediate(() => new EventEmitter().emit('error', new Error('in an event')));
    return delay(30_000, undefined, { signal });
  },
  'a callback': (signal) => {
    readFile('/does/not/exist', (error) => fail(`in a callback: ${error?.code}`));
    return delay(30_000, undefined, { signal });
  },
  'a BigInt': (signal) => {
    setTimeout(() => {
      throw 10n;
    }, 5);
    return delay(30_000, undefined, { signal });
  },
  'process.exit': () => process.exit(3),
  'process.exit in a timer': (signal) => {
    setTimeout(() => process.exit(3), 5);
    return delay(30_000, undefined, { signal });
  },
  'after the end': () => {
    setTimeout(() => fail('after the end'), 50);
    return 'ended before';
  },
  'abort in the server': () => process.abort(),
  'kill in the server': () => process.kill(process.pid, 'SIGKILL'),
};

const parameters = Type.Object({ how: Type.String() });
const run = ({ parameters: { how }, signal }: TaskContext<{ how: string }>) => FAULTS[how]?.(signal);

export const fault = defineTask({ name: 'fault', description: 'Lets an error escape', parameters, run });

export const faultInThread = defineTask({
  name: 'fault-in-thread',
  description: 'Lets an error escape in a thread',
  isolate: 'thread',
  parameters,
  run,
});

export const neighbour = defineTask({
  name: 'neighbour',
  description: 'Runs until it is stopped',
  run: (ctx) =>
    new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))),
});
