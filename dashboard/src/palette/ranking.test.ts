import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rank } from './ranking.ts';

const COMMANDS = ['Tasks', 'Start csv-import', 'Start a task', 'Paramètres', 'Settings'].map((label) => ({
  label,
}));
const labels = (query: string) => rank(COMMANDS, query).map(({ label }) => label);

test.each([
  ['', COMMANDS.map(({ label }) => label)],
  ['task', ['Tasks', 'Start a task']],
  ['start', ['Start csv-import', 'Start a task']],
  ['imp start', ['Start csv-import']],
  ['parametres', ['Paramètres']],
  ['TTING', ['Settings']],
  ['zzz', []],
  ['csv-', ['Start csv-import']],
  ['(', []],
])('"%s" finds %j', (query, expected) => {
  expect(labels(query)).toEqual(expected);
});

test('finds by keywords, and takes any query', () => {
  expect(rank([{ label: 'Dunkel', keywords: 'dark theme' }], 'the dark')).toHaveLength(1);
  fc.assert(
    fc.property(fc.string(), (query) => {
      expect(rank(COMMANDS, query).length).toBeLessThanOrEqual(COMMANDS.length);
    }),
  );
});
