import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIVE_STATES, INACTIVE_STATES, STORED_STATES, type StoredState, TaskState } from '../task-state.ts';
import type { Comparison, Filter } from './filter.ts';
import { canBeIn } from './restrictions.ts';

const is = (state: StoredState): Filter => ({
  kind: 'compare',
  column: 'State',
  operator: '=',
  value: TaskState[state],
});
const NAMED: Filter = { kind: 'match', column: 'DefinitionName', where: 'start', text: 'a' };

describe('canBeIn', () => {
  test.each<[string, Filter | undefined, boolean, boolean]>([
    ['no filter', undefined, true, true],
    ['a state at rest', is('Failed'), true, false],
    ['a held state', is('Started'), false, true],
    ['not a held state', { kind: 'not', part: is('Started') }, true, true],
    ['some of both', { kind: 'among', column: 'State', values: [1, 3] }, true, true],
    ['no state at all', { kind: 'among', column: 'State', values: [77] }, false, false],
    ['a state and more', { kind: 'and', parts: [NAMED, is('Aquired')] }, false, true],
    ['a state or something else', { kind: 'or', parts: [NAMED, is('New')] }, true, true],
    ['what is never', { kind: 'and', parts: [is('New'), is('Started')] }, false, false],
    ['something else', { kind: 'not', part: NAMED }, true, true],
  ])('%s', (_, filter, atRest, held) => {
    expect(canBeIn(filter, INACTIVE_STATES)).toBe(atRest);
    expect(canBeIn(filter, ACTIVE_STATES)).toBe(held);
  });

  test('every state is either inactive or active', () => {
    expect([...INACTIVE_STATES, ...ACTIVE_STATES].toSorted()).toEqual([...STORED_STATES].toSorted());
  });

  test('is exact for filters on states only', () => {
    const value = fc.integer({ min: 0, max: 7 });
    const leaf = fc.oneof(
      fc.record({
        kind: fc.constant('compare' as const),
        column: fc.constant('State' as const),
        operator: fc.constantFrom('=', '<', '<=', '>', '>='),
        value,
      }),
      fc.record({
        kind: fc.constant('among' as const),
        column: fc.constant('State' as const),
        values: fc.array(value, { minLength: 1, maxLength: 3 }),
      }),
    ) as fc.Arbitrary<Filter>;
    const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ kind: fc.constant('not' as const), part: tie('filter') }),
        fc.record({
          kind: fc.constantFrom('and' as const, 'or' as const),
          parts: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
        }),
      ),
    }));
    fc.assert(
      fc.property(filter, fc.constantFrom(...STORED_STATES), (some, state) => {
        expect(canBeIn(some, [state])).toBe(holds(some, TaskState[state]));
      }),
    );
  });
});

const OPERATORS: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** Evaluates a filter on states. */
function holds(filter: Filter, state: number): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => holds(part, state));
    case 'or':
      return filter.parts.some((part) => holds(part, state));
    case 'not':
      return !holds(filter.part, state);
    case 'among':
      return filter.values.some((value) => value === state);
    case 'compare':
      return OPERATORS[filter.operator](state, Number(filter.value));
    default:
      throw new Error('no filter of states');
  }
}
