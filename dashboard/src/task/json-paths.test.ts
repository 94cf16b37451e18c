import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findInJson, type Json, readJson, sizeOf } from './json-paths.ts';

const DOCUMENT: Json = {
  file: 'a.csv',
  columns: [{ name: 'Id', type: 'int' }, { name: 'City' }],
  'a/b': { rows: 12 },
};

test.each([
  ['csv', [''], 1],
  ['ID', ['', '/columns', '/columns/0'], 1],
  ['name', ['', '/columns', '/columns/0', '/columns/1'], 2],
  ['12', ['', '/a~1b'], 1],
  ['zzz', [], 0],
])('finds "%s" with the objects around it', (text, parents, hits) => {
  const found = findInJson(DOCUMENT, text);
  expect([...found.parents].sort()).toEqual(parents);
  expect(found.hits).toBe(hits);
});

test('counts and reads any document', () => {
  expect(sizeOf(DOCUMENT)).toBe(10);
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ maxLength: 3 }), (value, text) => {
      const document = value as Json;
      expect(findInJson(document, text).hits).toBeLessThanOrEqual(2 * sizeOf(document));
      const isNested = typeof value === 'object' && value !== null;
      expect(readJson(JSON.stringify(value))).toEqual(
        isNested ? JSON.parse(JSON.stringify(value)) : undefined,
      );
    }),
  );
  expect(readJson('[12] rows')).toBeUndefined();
});
