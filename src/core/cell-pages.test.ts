import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FUZZ_RUNS } from '../../test/support/fuzz.ts';
import { type CellPage, mergePages } from './cell-pages.ts';

const compare = (a: number, b: number): number => a - b;
/** Distinct ids over all cells, and the cell of each. */
const cells = fc
  .uniqueArray(fc.nat(500), { maxLength: 60 })
  .chain((ids) => fc.tuple(...ids.map((id) => fc.tuple(fc.constant(id), fc.constantFrom('a', 'b', 'c')))))
  .map((rows) =>
    ['a', 'b', 'c'].map((cell) => ({
      cell,
      rows: rows.flatMap(([id, of]) => (of === cell ? [id] : [])).toSorted(compare),
    })),
  );

test('pages of any size, of cells that cut theirs, are together the sorted list', () => {
  fc.assert(
    fc.property(
      cells,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(9),
      (all, top, cut, skip) => {
        const positions = new Map<string, number>();
        const found: number[] = [];
        let toSkip = skip;
        for (;;) {
          const pages = all.map(({ cell, rows }): CellPage<number> => {
            const rest = rows.filter((id) => id > (positions.get(cell) ?? -1));
            const size = Math.min(cut, toSkip + top);
            return { cell, rows: rest.slice(0, size), hasMore: rest.length > size };
          });
          const merged = mergePages(pages, compare, toSkip, top);
          expect(merged.rows.length).toBeLessThanOrEqual(top);
          found.push(...merged.rows.map(([, id]) => id));
          toSkip -= merged.skipped;
          for (const [cell, id] of merged.last) positions.set(cell, id);
          if (!merged.hasMore) break;
          expect(merged.last.size).toBeGreaterThan(0); // each page makes progress
        }
        expect(found).toEqual(
          all
            .flatMap(({ rows }) => rows)
            .toSorted(compare)
            .slice(skip),
        );
      },
    ),
    { numRuns: FUZZ_RUNS },
  );
});

test('a page of no rows has no next one', () => {
  expect(mergePages([{ cell: 'a', rows: [], hasMore: true }], compare, 0, 0).hasMore).toBe(false);
});
