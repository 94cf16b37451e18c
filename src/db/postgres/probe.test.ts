import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { queryTimeout } from './probe.ts';

/** A connection whose silence the test decides on. */
class FakeStream extends EventEmitter {
  timeout = 0;
  writableEnded = false;
  destroyed: Error | undefined;
  setTimeout(ms: number): void {
    this.timeout = ms;
  }
  destroy(error: Error): void {
    this.destroyed = error;
  }
}

function watched(limit: () => number): { stream: FakeStream; client: { readyForQuery: boolean } } {
  const stream = new FakeStream();
  const client = { readyForQuery: true, connection: { stream } };
  queryTimeout(client as unknown as pg.ClientBase, limit);
  return { stream, client };
}

test('one that waits for an answer is broken after the limit, an idle one never', () => {
  const { stream, client } = watched(() => 5000);
  expect(stream.timeout).toBe(5000);
  stream.emit('timeout');
  expect(stream.destroyed).toBeUndefined();
  client.readyForQuery = false;
  stream.emit('timeout');
  expect(stream.destroyed?.message).toBe('PostgreSQL has not answered for 5 s.');
});

test('what waited before there was a limit gets all of it', () => {
  let limit = Number.POSITIVE_INFINITY;
  const { stream, client } = watched(() => limit);
  client.readyForQuery = false;
  stream.emit('timeout');
  limit = 5000;
  stream.emit('timeout');
  expect(stream.destroyed).toBeUndefined();
  expect(stream.timeout).toBe(5000);
  stream.emit('timeout');
  expect(stream.destroyed).toBeDefined();
});

test('one that is being closed is broken where the other side does not answer that', () => {
  const { stream } = watched(() => 5000);
  stream.writableEnded = true;
  stream.emit('timeout');
  expect(stream.destroyed).toBeDefined();
});
