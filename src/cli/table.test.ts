import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { type Column, cutToWidth, durationText, formatProperties, layOut, timeText } from './table.ts';

interface Row {
  readonly id: number;
  readonly at: string;
  readonly text: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'Id', of: (row) => row.id, right: true },
  { head: 'At', of: (row) => row.at, optional: true },
  { head: 'Details', of: (row) => row.text, style: () => 'red' },
];
const ROWS: readonly Row[] = [
  { id: 7, at: '2026-12-24 18:00:00', text: 'the file has no column "name" of the type text' },
  { id: 128, at: '-', text: '-' },
];

const table = (width: number): string[] => {
  const cells = ROWS.map((row) => COLUMNS.map((column) => String(column.of(row))));
  return layOut(ROWS, cells, COLUMNS, width).map(stripVTControlCharacters);
};

test('a table has a header, and aligns its columns', () => {
  expect(table(100)).toEqual([
    ' Id  At                   Details',
    '  7  2026-12-24 18:00:00  the file has no column "name" of the type text',
    '128  -                    -',
  ]);
});

test.each([60, 50, 46, 40, 24])('in %i columns, texts are cut and times are not', (width) => {
  const lines = table(width);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  expect(lines[1]).toMatch(/^ {2}7 .*…$/);
  // Optional columns are left out before others become too narrow to read.
  expect(lines[0]?.includes('At')).toBe(width >= 46);
  if (width >= 46) expect(lines[1]).toContain('2026-12-24 18:00:00');
});

test.each([
  ['abcdef', 4, 'abc…'],
  ['abcd', 4, 'abcd'],
  ['完了しました', 7, '完了し…'],
  ['👍🏽👍🏽👍🏽', 5, '👍🏽👍🏽…'],
  ['a b', 2, 'a…'],
])('%s is cut to %i columns', (text, width, expected) => {
  expect(cutToWidth(text, width)).toBe(expected);
});

test.each([
  [null, ''],
  [0.0263, '0.026 s'],
  [9, '9 s'],
  [42.44, '42.4 s'],
  [185, '3 min 5 s'],
  [3600, '1 h'],
  [7800, '2 h 10 min'],
  [90_061, '1 d 1 h'],
])('%s seconds are shown as %j', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test('all forms of times of the API are shown alike, and dates that are not set are empty', () => {
  const shown = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
  const forms = ['2026-11-29T08:15:12.37+0100', '2026-11-29T07:15:12Z', new Date('2026-11-29T07:15:12.370Z')];
  const texts = forms.map(timeText);
  expect(texts[0]).toMatch(shown);
  expect(new Set(texts).size).toBe(1);
  expect([timeText('0001-01-01T00:00:00'), timeText(null), timeText('soon')]).toEqual(['', '', 'soon']);
});

test('properties omit what is empty, and put objects on lines of their own', () => {
  const text = formatProperties({
    Id: 7,
    Name: '',
    LastRun: '0001-01-01T00:00:00',
    Names: ['a', 'b'],
    Missing: null,
    Rules: {},
    Body: { to: 'anna' },
    Paused: false,
  });
  expect(text).toBe('Id:     7\nNames:  a, b\nBody:   \n  {\n    "to": "anna"\n  }\nPaused: false');
});
