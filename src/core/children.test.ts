import fc from 'fast-check';
import { expect, test } from 'vitest';
import { childCountsChange, parentPercent } from './children.ts';
import { hasEnded, STORED_STATES } from './task-state.ts';

const states = fc.constantFrom(...STORED_STATES);

test("a parent's counts match the children's states after any transitions", () => {
  fc.assert(
    fc.property(fc.array(states, { minLength: 1 }), fc.boolean(), (path, deleted) => {
      let [state, ended, failed] = ['New' as (typeof path)[number], 0, 0];
      for (const next of path) {
        const change = childCountsChange(state, next);
        ended += change.ended;
        failed += change.failed;
        state = next;
      }
      if (deleted) {
        const change = childCountsChange(state, null);
        ended += change.ended;
        failed += change.failed;
      }
      expect(ended).toBe(deleted || hasEnded(state) ? 1 : 0);
      expect(failed).toBe(state === 'Failed' ? 1 : 0);
    }),
  );
});

test('the progress of a parent is an integer below 100', () => {
  expect(parentPercent(4, 1, 0)).toBe(25);
  expect(parentPercent(4, 1, 150)).toBe(62);
  expect(parentPercent(3, 3, 0)).toBe(99);
  expect(parentPercent(0, 0, 0)).toBe(0);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.nat({ max: 100 }), fc.boolean())),
      (children) => {
        const sum = (of: (child: (typeof children)[number]) => number): number =>
          children.reduce((all, child) => all + of(child), 0);
        const percent = parentPercent(
          sum(([weight]) => weight),
          sum(([weight, , ended]) => (ended ? weight : 0)),
          sum(([weight, part, ended]) => (ended ? 0 : weight * part)),
        );
        expect(Number.isInteger(percent) && percent >= 0 && percent <= 99).toBe(true);
      },
    ),
  );
});
