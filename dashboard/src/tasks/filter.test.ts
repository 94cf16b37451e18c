import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOrder } from '../../../src/core/odata/filter.ts';
import { parseFilter } from '../../../src/core/odata/parser.ts';
import { STORED_STATES } from '../../../src/core/task-state.ts';
import { type Filter, readFilter, SORTS, toArchiveFilter, toArchiveOrder, writeFilter } from './filter.ts';

const context = { associateId: 7, now: new Date('2026-11-24T12:00:00Z'), zone: 'UTC' };

const anyFilter: fc.Arbitrary<Filter> = fc.record({
  scope: fc.constantFrom('mine', 'all'),
  states: fc.subarray([...STORED_STATES]),
  name: fc.string({ maxLength: 50 }),
  search: fc.string({ maxLength: 50 }),
  sort: fc.constantFrom(...SORTS),
  descending: fc.boolean(),
});

describe('the filter of the list', () => {
  test('survives being written to the address and read back', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(readFilter(new URLSearchParams(writeFilter(filter).toString()))).toEqual(filter);
      }),
    );
  });

  test('is translated to a filter and an order of the archive list', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const text = toArchiveFilter(filter, 7);
        if (text !== '') expect(parseFilter(text, context)).toBeDefined();
        expect(parseOrder(toArchiveOrder(filter)).length).toBeGreaterThan(0);
      }),
    );
  });

  test('has an empty address by default, and ignores unknown values', () => {
    const usual = readFilter(new URLSearchParams());
    expect(writeFilter(usual).toString()).toBe('');
    expect(usual).toMatchObject({ scope: 'mine', states: [], sort: 'registeredDate', descending: true });
    expect(readFilter(new URLSearchParams('scope=x&state=All,Nope&sort=-nope'))).toEqual(usual);
  });

  test.each([
    [{ scope: 'mine' }, 'associateId eq 7'],
    [{ search: '#12' }, 'batchTaskId eq 12'],
    [{ states: ['Failed'], name: "o'x" }, "state eq 'Failed' and name eq 'o''x'"],
    [{ states: ['New', 'Failed'] }, "state oneOf ('New', 'Failed')"],
  ] as const)('%j is %s', (change, text) => {
    expect(toArchiveFilter({ ...readFilter(new URLSearchParams('scope=all')), ...change }, 7)).toBe(text);
  });
});
