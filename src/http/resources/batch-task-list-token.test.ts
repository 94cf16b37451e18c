import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY_TEXT } from '../../../test/support/archive-filters.ts';
import { FUZZ_RUNS } from '../../../test/support/fuzz.ts';
import { RequestError } from '../../core/errors.ts';
import { parseOrder } from '../../core/odata/filter.ts';
import { readSkipToken, writeSkipToken } from './batch-task-list-token.ts';

const order = parseOrder('name desc,lastStarted,isSystemTask');
const place = ["it's ä 😀", '2026-11-24T10:20:30.123456Z', '1', '-5'];

test('a token round-trips, in characters that need no escaping in URLs', () => {
  const token = writeSkipToken(order, place);
  expect(token).toMatch(/^[\w-]+$/);
  expect(readSkipToken(order, token)).toEqual(place);
  expect(readSkipToken(order, writeSkipToken(order, ['', '-infinity', '0', '1']))[1]).toBe('-infinity');
});

test('a token of another order is rejected', () => {
  const token = writeSkipToken(order, place);
  for (const other of ['name', 'name,lastStarted,isSystemTask', '']) {
    expect(() => readSkipToken(parseOrder(other), token)).toThrow('$skiptoken');
  }
});

test.each([
  [['a\0', '-infinity', '0', '1']],
  [['a\ud800', '-infinity', '0', '1']],
  [['a', 'yesterday', '0', '1']],
  [['a', '2026-02-30T10:20:30.123456Z', '0', '1']],
  [['a', '0000-02-20T10:20:30.123456Z', '0', '1']],
  [['a', '-infinity', '1; drop', '1']],
  [['a', '-infinity', '0', '2147483648']],
  [['a', '-infinity', '0']],
  [['a', '-infinity', '0', '1', '2']],
  [['a', '-infinity', 0, 1]],
])('%j is not a cursor of this order', (wrong) => {
  expect(() => readSkipToken(order, writeSkipToken(order, wrong as string[]))).toThrow('$skiptoken');
});

test('any text is a token or is rejected', () => {
  const texts = fc.oneof(
    ANY_TEXT,
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        readSkipToken(order, text);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
      }
    }),
    { numRuns: FUZZ_RUNS },
  );
});
