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

test('discards the plans of a session before its first prepared statement in a second', () => {
  const client = new PreparedStatementClient();
  client.query(FIND, [1]);
  vi.advanceTimersByTime(999);
  client.query(FIND, [1]);
  expect(sent).toEqual(['discard plans', prepared, prepared]);
  vi.advanceTimersByTime(1);
  client.query('select 1');
  client.query(FIND, [1]);
  expect(sent.slice(3)).toEqual(['select 1', 'discard plans', prepared]);
});

test('each session has its own plans', () => {
  for (const client of [new PreparedStatementClient(), new PreparedStatementClient()])
    client.query(FIND, [1]);
  expect(sent).toEqual(['discard plans', prepared, 'discard plans', prepared]);
});

test('discards nothing in a failed transaction, which executes nothing', () => {
  const client = new PreparedStatementClient();
  const status = vi.spyOn(client, 'getTransactionStatus').mockReturnValue('E');
  client.query(FIND, [1]);
  expect(sent).toEqual([prepared]);
  status.mockReturnValue('T');
  client.query(FIND, [1]);
  expect(sent.slice(1)).toEqual(['discard plans', prepared]);
});
