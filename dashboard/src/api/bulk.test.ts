import { expect, test } from 'vitest';
import { parseFilter } from '../../../src/core/odata/parser.ts';
import { filterOf } from './bulk.ts';

const context = { associateId: 7, now: new Date('2026-11-24T12:00:00Z'), zone: 'UTC' };

test.each([
  [{ isAll: false, ids: [3, 1, 2] }, '', 0, 'batchTaskId oneOf (1, 2, 3)'],
  [{ isAll: false, ids: [3, 1, 2] }, "state eq 'Failed'", 1, 'batchTaskId oneOf (2, 3)'],
  [{ isAll: true, ids: [] }, '', 0, 'batchTaskId gt 0'],
  [{ isAll: true, ids: [] }, "state eq 'Failed'", 9, "state eq 'Failed' and batchTaskId gt 9"],
  [{ isAll: true, ids: [12, 4] }, '', 9, 'batchTaskId gt 9 and batchTaskId notOneOf (12)'],
])('%j of "%s" after %d is %s', ({ isAll, ids }, $filter, lastId, expected) => {
  const filter = filterOf({ isAll, ids: new Set(ids) }, $filter, lastId);
  expect(filter).toBe(expected);
  expect(parseFilter(filter, context)).toBeDefined();
});

test('many ids are split into filters that the server accepts', () => {
  const ids = new Set(Array.from({ length: 20_000 }, (_, index) => 2_000_000_000 + index));
  const filter = filterOf({ isAll: false, ids }, '', 0);
  expect(parseFilter(filter, context)).toBeDefined();
  expect(filter).toContain('(2000000000, ');
  expect(filterOf({ isAll: false, ids }, '', 2_000_000_499)).toContain('(2000000500, ');
});
