import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PREPARED_MARK } from '../sql.ts';
import { PreparedStatementClient } from './prepared.ts';

const FIND = `select 1 where $1::int = 1 ${PREPARED_MARK}`;
const sent: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation((...args: unknown[]) => {
    sent.push(args[0]);
    return Promise.resolve();
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  sent.length = 0;
});

const prepared = { name: expect.stringMatching(/^batchline_\d+$/), text: FIND, values: [1] };

test('does not prepare a statement that is the first in a second', () => {
  const client = new PreparedStatementClient();
  for (let second = 0; second < 3; second += 1) {
    client.query(FIND, [1]);
    vi.advanceTimersByTime(1000);
  }
  expect(sent).toEqual([FIND, FIND, FIND]);
});

test('discards the plans of a busy session once a second', () => {
  const client = new PreparedStatementClient();
  client.query(FIND, [1]);
  client.query(FIND, [1]);
  vi.advanceTimersByTime(999);
  client.query(FIND, [1]);
  expect(sent).toEqual([FIND, prepared, prepared]);
  vi.advanceTimersByTime(1);
  client.query('select 1');
  client.query(FIND, [1]);
  expect(sent.slice(3)).toEqual(['select 1', 'discard plans', prepared]);
});

test('each session has its own plans', () => {
  const clients = [new PreparedStatementClient(), new PreparedStatementClient()];
  for (const delayMs of [0, 999, 1]) {
    vi.advanceTimersByTime(delayMs);
    for (const client of clients) client.query(FIND, [1]);
  }
  expect(sent).toEqual([FIND, FIND, prepared, prepared, prepared, prepared]);
  vi.advanceTimersByTime(998);
  for (const client of clients) client.query(FIND, [1]);
  vi.advanceTimersByTime(1);
  for (const client of clients) client.query(FIND, [1]);
  expect(sent.slice(8)).toEqual(['discard plans', prepared, 'discard plans', prepared]);
});

test('discards nothing in a failed transaction, which executes nothing', () => {
  const client = new PreparedStatementClient();
  for (const delayMs of [0, 0, 999]) {
    vi.advanceTimersByTime(delayMs);
    client.query(FIND, [1]);
  }
  vi.advanceTimersByTime(1);
  const status = vi.spyOn(client, 'getTransactionStatus').mockReturnValue('E');
  client.query(FIND, [1]);
  status.mockReturnValue('T');
  client.query(FIND, [1]);
  expect(sent).toEqual([FIND, prepared, prepared, prepared, 'discard plans', prepared]);
});
