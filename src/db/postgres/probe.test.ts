import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { queryTimeout } from './probe.ts';

/** A socket whose timeouts the test emits. */
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

test('closes a connection with a pending query after the limit, and never an idle one', () => {
  const { stream, client } = watched(() => 5000);
  expect(stream.timeout).toBe(5000);
  stream.emit('timeout');
  expect(stream.destroyed).toBeUndefined();
  client.readyForQuery = false;
  stream.emit('timeout');
  expect(stream.destroyed?.message).toBe('PostgreSQL has not responded for 5 s.');
});

test('a query that was pending before there was a limit gets the whole limit', () => {
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

test('closes a connection whose server does not respond to its end', () => {
  const { stream } = watched(() => 5000);
  stream.writableEnded = true;
  stream.emit('timeout');
  expect(stream.destroyed).toBeDefined();
});
