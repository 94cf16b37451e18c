import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { escapeLine, escapeText } from './output.ts';

/** Colours of a cell. */
type Style = Parameters<typeof styleText>[0];

/** A column of a list. */
export interface Column<Item> {
  readonly head: string;
  readonly of: (item: Item) => string | number | null | undefined;
  readonly right?: boolean;
  /** Left out on a terminal that is too narrow for it; the last such column first. */
  readonly optional?: boolean;
  /** Colours its cells on a terminal. */
  readonly style?: (item: Item) => Style | undefined;
}

/** Width of a terminal that doesn't report one. */
const DEFAULT_WIDTH = 80;
/** Columns that are no wider than this are not cut. */
const MIN_COLUMN_WIDTH = 12;
/** Optional columns are left out rather than cutting others below this width. */
const READABLE_WIDTH = 20;
const GAP = '  ';
const EMPTY = '-';

/**
 * Prints a list: as a JSON array; on a terminal as a table with a header, cut to its width; elsewhere as one line for
 * each item, separated by tabs.
 *
 * @param none the words for an empty list on a terminal, such as "No tasks."
 */
export function printTable<Item>(
  items: readonly Item[],
  { json, none }: { readonly json: boolean | undefined; readonly none: string },
  columns: readonly Column<Item>[],
): void {
  if (json === true) {
    console.log(escapeText(JSON.stringify(items, null, 2)));
    return;
  }
  const cells = items.map((item) => columns.map((column) => cellText(column.of(item))));
  if (!process.stdout.isTTY) {
    for (const row of cells) console.log(row.join('\t'));
    return;
  }
  if (items.length === 0) {
    console.log(none);
    return;
  }
  for (const line of layOut(items, cells, columns, process.stdout.columns || DEFAULT_WIDTH))
    console.log(line);
}

/** A cell stays on its line. */
function cellText(value: string | number | null | undefined): string {
  const text = value == null || value === '' ? EMPTY : String(value);
  return escapeLine(text.trim().replace(/[\t\r\n]+/g, ' '));
}

/** Returns the lines of a table, with its header. */
export function layOut<Item>(
  items: readonly Item[],
  cells: readonly (readonly string[])[],
  columns: readonly Column<Item>[],
  width: number,
): string[] {
  const heads = columns.map(({ head }) => head);
  const natural = columns.map((_, index) =>
    Math.max(...[heads, ...cells].map((row) => stringWidth(row[index] ?? ''))),
  );
  const isWhole = columns.map((_, index) => cells.every((row) => isTimeOrEmpty(row[index] ?? '')));
  const gaps = GAP.length * (columns.length - 1);
  const readable = natural.map((one, index) => (isWhole[index] ? one : Math.min(one, READABLE_WIDTH)));
  const left = columns.findLastIndex(({ optional }) => optional === true);
  if (left !== -1 && sumOf(readable) + gaps > width) {
    const without = <T>(list: readonly T[]): T[] => list.filter((_, index) => index !== left);
    return layOut(items, cells.map(without), without(columns), width);
  }
  const widths = fitWidths(natural, isWhole, width - gaps);
  const line = (row: readonly string[], styleOf: (index: number) => Style | undefined): string =>
    row
      .map((cell, index) => {
        const cut = cutToWidth(cell, widths[index] ?? 0);
        const style = cut === EMPTY ? 'dim' : styleOf(index);
        const isLast = index === row.length - 1 && columns[index]?.right !== true;
        const padding = isLast ? '' : ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(cut)));
        const styled = style === undefined ? cut : styleText(style, cut);
        return columns[index]?.right === true ? padding + styled : styled + padding;
      })
      .join(GAP);
  return [
    line(heads, () => 'bold'),
    ...cells.map((row, at) => line(row, (index) => columns[index]?.style?.(items[at] as Item))),
  ];
}

/** Reduces the widest columns until all fit, but not those that must be whole. */
function fitWidths(natural: readonly number[], isWhole: readonly boolean[], available: number): number[] {
  const widths = [...natural];
  for (let excess = sumOf(widths) - available; excess > 0; excess -= 1) {
    const flexible = widths.map((width, index) => (isWhole[index] ? 0 : width));
    const widest = Math.max(...flexible);
    if (widest <= MIN_COLUMN_WIDTH) break;
    widths[flexible.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0);
}

function isTimeOrEmpty(cell: string): boolean {
  return cell === EMPTY || /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(cell);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cuts a text to a width in columns of the terminal, and marks the cut with "…". */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

const STATE_STYLES: Readonly<Record<string, Style>> = {
  Succeeded: 'green',
  SucceededManualCleanup: 'green',
  Delivered: 'green',
  Failed: 'red',
  Crashed: 'red',
  Dead: 'red',
  Stopped: 'yellow',
  paused: 'yellow',
  disabled: 'yellow',
  Draining: 'yellow',
  Started: 'cyan',
  Aquired: 'cyan',
};

/** Returns the colour of a state. */
export function stateStyle(state: string): Style | undefined {
  return STATE_STYLES[state];
}

/**
 * Formats a time in the time zone of this machine, as `2026-12-24 18:00:00`: the one format of all texts. Empty for null
 * and for a date that is not set.
 */
export function timeText(time: unknown): string {
  if (time === null || time === undefined || String(time).startsWith('0001-')) return '';
  const date = time instanceof Date ? time : new Date(String(time));
  if (Number.isNaN(date.getTime())) return String(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** Formats a duration in seconds, such as `0.25 s`, `12 s`, `3 min 5 s` or `2 h 10 min`. Empty for null. */
export function durationText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '';
  if (seconds < 60) return `${Number(seconds.toPrecision(seconds < 10 ? 2 : 3))} s`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : []))
    .join(' ');
}

/** A time of the API, which `formatProperties` shows in the format of `timeText`. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Formats each property as a line. Lists of objects and nested objects take one line per part. Empty and unset properties are
 * omitted.
 */
export function formatProperties(properties: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(properties)
    .map(([name, value]) => [name, valueText(value)] as const)
    .filter(([, text]) => text !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 1;
  return shown
    .map(([name, text]) => {
      const [first = '', ...rest] = text.split('\n');
      const label = `${name}:`.padEnd(width);
      return [`${label} ${first}`, ...rest.map((line) => `  ${line}`)].join('\n');
    })
    .join('\n');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') return escapeLine(TIME.test(value) ? timeText(value) : value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.map((item) => valueText(item)).join(', ');
  if (Object.keys(value).length === 0) return '';
  // On lines of its own, which formatProperties indents.
  return `\n${escapeText(JSON.stringify(value, null, 2))}`;
}
