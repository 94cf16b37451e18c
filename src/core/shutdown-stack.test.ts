import { expect, test } from 'vitest';
import { ShutdownStack } from './shutdown-stack.ts';

function stackOf(...callbacks: (() => void | Promise<void>)[]): ShutdownStack {
  const stack = new ShutdownStack();
  for (const callback of callbacks) stack.defer(callback);
  return stack;
}

test('runs callbacks in reverse order, each after the previous one has resolved', async () => {
  const events: string[] = [];
  await stackOf(
    () => void events.push('database'),
    async () => {
      events.push('server stops');
      await Promise.resolve();
      events.push('server stopped');
    },
  ).disposeAsync();
  expect(events).toEqual(['server stops', 'server stopped', 'database']);
});

test('runs the remaining callbacks if one throws, and rejects with its error', async () => {
  const events: string[] = [];
  const stack = stackOf(
    () => void events.push('database'),
    () => Promise.reject(new Error('socket')),
  );
  await expect(stack.disposeAsync()).rejects.toThrow('socket');
  expect(events).toEqual(['database']);
});

test('rejects with all errors if several callbacks throw', async () => {
  const stack = stackOf(
    () => Promise.reject(new Error('database')),
    () => Promise.reject(new Error('socket')),
  );
  const error = await stack.disposeAsync().catch((thrown: unknown) => thrown);
  expect((error as AggregateError).errors.map(String)).toEqual(['Error: socket', 'Error: database']);
});

test('runs each callback once', async () => {
  let runs = 0;
  const stack = stackOf(() => void runs++);
  await stack.disposeAsync();
  await stack.disposeAsync();
  expect(runs).toBe(1);
});
