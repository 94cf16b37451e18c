import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOrder } from '../../../src/core/odata/filter.ts';
import { LISTED_STATES } from '../../../src/core/odata/listed-state.ts';
import { parseFilter } from '../../../src/core/odata/parser.ts';
import { type Filter, readFilter, SORTS, toArchiveFilter, toArchiveOrder, writeFilter } from './filter.ts';

const context = { associateId: 7, now: new Date('2026-11-24T12:00:00Z'), zone: 'UTC' };

const anyFilter: fc.Arbitrary<Filter> = fc.record({
  scope: fc.constantFrom('mine', 'all'),
  states: fc.subarray([...LISTED_STATES]),
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

  test.each([
    [['Failed'], "(state eq 'Failed' and stopped eq false)"],
    [['Stopped'], 'stopped eq true'],
    [['Failed', 'Stopped'], "state eq 'Failed'"],
    [['New', 'Started', 'Stopped'], "(state oneOf ('New', 'Started') or stopped eq true)"],
    [['New', 'Failed', 'Stopped'], "state oneOf ('New', 'Failed')"],
  ] as const)('separates stops and failures: %s', (states, condition) => {
    const all = { ...readFilter(new URLSearchParams()), scope: 'all' } as const;
    expect(toArchiveFilter({ ...all, states }, 7)).toBe(condition);
  });

  test('has an empty address by default, and ignores unknown values', () => {
    const usual = readFilter(new URLSearchParams());
    expect(writeFilter(usual).toString()).toBe('');
    expect(usual).toMatchObject({ scope: 'mine', states: [], sort: 'registeredDate', descending: true });
    expect(readFilter(new URLSearchParams('scope=x&state=All,Nope&sort=-nope'))).toEqual(usual);
  });

  test.each([
    [{ scope: 'mine' }, 'associateId eq 7'],
    [{ states: ['Succeeded'], name: "o'x" }, "state eq 'Succeeded' and name eq 'o''x'"],
    [{ states: ['New', 'Started'] }, "state oneOf ('New', 'Started')"],
  ] as const)('%j is %s', (change, text) => {
    expect(toArchiveFilter({ ...readFilter(new URLSearchParams('scope=all')), ...change }, 7)).toBe(text);
  });
});
