import { invalid, type RequestError } from '../errors.ts';
import { COLUMN_NAMES, type ColumnName, DEFAULT_COLUMNS, findColumn } from './columns.ts';
import { DATE_PARTS, type DatePart, type Expression, kindOfExpression } from './filter.ts';

/** Aggregate functions. `Count` counts distinct values, `CountAll` all values. */
const AGGREGATES = ['Count', 'CountAll', 'Sum', 'Avg', 'Min', 'Max', 'Median', 'Percent'] as const;
const FUNCTIONS = ['GroupBy', ...AGGREGATES, 'DatePart', 'Weighted'] as const;
const MODIFIERS = ['Header', 'Footer', 'HideDetail'] as const;
/** Functions of SuperOffice that batch tasks don't support. */
const UNSUPPORTED = ['CurrencyConvert', 'Expression'];

/** An aggregate function. */
type AggregateFunction = (typeof AGGREGATES)[number];

/** A column of the response: a value of each task, a group key, or an aggregate (contract, section 6). */
export interface SelectedItem {
  /** Its name in the response, as requested: `name`, `Count(State):Footer`. */
  readonly label: string;
  readonly role: 'value' | 'group' | AggregateFunction;
  readonly expression: Expression;
  /** Whether it requests a row before (`header`) or after (`footer`) the tasks of a group. */
  readonly header: boolean;
  readonly footer: boolean;
  /** Whether rows of tasks omit it. */
  readonly hideDetail: boolean;
  /** The level of its group; 1 is the outermost. For an aggregate, the only level that has it; `undefined` for all levels. */
  readonly level: number | undefined;
}

/** A parsed `$select`. */
export type Selection = readonly SelectedItem[];

/** Maximum number of columns in one `$select`. */
const MAX_SELECTED = 100;
/** Maximum number of columns that group. */
const MAX_GROUPS = 5;
/** Maximum number of columns that aggregate. */
const MAX_AGGREGATES = 20;

/**
 * Parses `$select` (contract, section 6): columns, and functions with modifiers such as `Count(State):Footer` or
 * `GroupBy(DatePart(registeredDate):YearMonth):Header,Footer,1`.
 *
 * @param zone the zone for parts of dates, an IANA name
 * @throws RequestError (invalid) if a column, function or modifier is unknown or not allowed there
 */
export function parseSelection(text: string, zone = 'UTC'): Selection {
  const parts = splitList(text);
  if (parts.length === 0) return DEFAULT_COLUMNS.map((name) => plainItem(name, { column: name }));
  if (parts.length > MAX_SELECTED) {
    throw invalid`$select has ${parts.length} columns; at most ${MAX_SELECTED} are accepted.`;
  }
  const byLabel = new Map(parts.map((part) => [part, parseItem(part, zone)]));
  const items = [...byLabel.values()];
  const groups = items.filter(({ role }) => role === 'group').length;
  if (groups > MAX_GROUPS)
    throw invalid`$select has ${groups} GroupBy columns; at most ${MAX_GROUPS} are accepted.`;
  const aggregates = items.filter(isAggregate).length;
  if (aggregates > MAX_AGGREGATES)
    throw invalid`$select has ${aggregates} aggregates; at most ${MAX_AGGREGATES} are accepted.`;
  return items;
}

/** Returns true if an item is an aggregate. */
export function isAggregate({ role }: SelectedItem): boolean {
  return role !== 'value' && role !== 'group';
}

/** Splits at commas, except in parentheses and between modifiers: `GroupBy(State):Header,Footer,2`. */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  for (const piece of splitOutside(text, ',')) {
    const last = parts.at(-1);
    const isModifier = /^(?:header|footer|hidedetail|\d+)(?:\s*:.*)?(?:\s+(?:asc|desc))?$/i.test(piece);
    if (isModifier && last?.includes(':') && !/\s(?:asc|desc)$/i.test(last)) {
      parts[parts.length - 1] = `${last},${piece}`;
    } else if (piece !== '') parts.push(piece);
  }
  return parts;
}

function splitOutside(text: string, separator: string): string[] {
  const pieces = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === separator && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += letter;
  }
  return pieces.map((piece) => piece.trim());
}

/** `name(arguments):modifiers`, or a name with modifiers. */
interface Call {
  readonly name: string;
  readonly args: readonly string[] | undefined;
  readonly modifiers: readonly string[];
}

function parseCall(text: string, whole: string): Call {
  const begin = text.indexOf('(');
  const end = begin === -1 ? -1 : closingOf(text, begin);
  const head = /^[\w/]+$/.exec(
    (begin === -1 ? (text.split(':')[0] ?? '') : text.slice(0, begin)).trim(),
  )?.[0];
  const tail = begin === -1 ? text.slice(text.split(':')[0]?.length) : text.slice(end + 1);
  if (head === undefined || (begin !== -1 && end === -1) || !/^\s*(?::.*)?$/s.test(tail)) throw wrong(whole);
  const modifiers = tail.trim() === '' ? [] : tail.trim().slice(1).split(/[:,]/);
  return {
    name: head,
    args: begin === -1 ? undefined : splitOutside(text.slice(begin + 1, end), ';'),
    modifiers: modifiers.map((modifier) => modifier.trim()),
  };
}

function closingOf(text: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function parseItem(text: string, zone: string): SelectedItem {
  const call = parseCall(text, text);
  if (call.args === undefined) {
    return { ...plainItem(text, { column: columnOf(call.name, text) }), ...placesOf(call.modifiers, text) };
  }
  const name = functionOf(call.name, text);
  if (name === 'DatePart' || name === 'Weighted') {
    const isPart = (modifier: string): boolean => name === 'DatePart' && partOf(modifier) !== undefined;
    const expression = parseExpression({ ...call, modifiers: call.modifiers.filter(isPart) }, text, zone);
    const others = call.modifiers.filter((modifier) => !isPart(modifier));
    return { ...plainItem(text, expression), ...placesOf(others, text) };
  }
  const [argument, ...more] = call.args;
  if (argument === undefined || more.length > 0) throw wrong(text);
  const expression = parseExpression(parseCall(argument, text), text, zone);
  checkArgument(name, expression, text);
  const role = name === 'GroupBy' ? 'group' : name;
  const places = placesOf(call.modifiers, text);
  return {
    label: text,
    role,
    expression,
    ...places,
    level: places.level ?? (role === 'group' ? 1 : undefined),
  };
}

function plainItem(label: string, expression: Expression): SelectedItem {
  const places = { header: false, footer: false, hideDetail: false, level: undefined };
  return { label, role: 'value', expression, ...places };
}

function parseExpression({ name, args, modifiers }: Call, whole: string, zone: string): Expression {
  if (args === undefined && modifiers.length === 0) return { column: columnOf(name, whole) };
  const [first = '', second, ...more] = args ?? [];
  const called = functionOf(name, whole);
  if (called === 'DatePart' && second === undefined && modifiers.length === 1) {
    const part = partOf(modifiers[0] ?? '');
    if (part === undefined) throw noSuchPart(whole);
    return { ...columnHolding(['date'], first, whole), part: { name: part, zone } };
  }
  if (called === 'DatePart') throw noSuchPart(whole);
  if (called === 'Weighted' && second !== undefined && more.length === 0 && modifiers.length === 0) {
    const weight = columnHolding(['int'], second, whole).column;
    return { ...columnHolding(['int'], first, whole), weight };
  }
  throw wrong(whole);
}

const NUMBERS = ['int', 'state', 'decimal'];

function checkArgument(name: (typeof FUNCTIONS)[number], expression: Expression, whole: string): void {
  const kind = kindOfExpression(expression);
  const fits =
    kind !== 'restriction' &&
    (['GroupBy', 'Count', 'CountAll'].includes(name) ||
      NUMBERS.includes(kind) ||
      (['Min', 'Max'].includes(name) && ['date', 'text'].includes(kind)));
  if (!fits || (name === 'GroupBy' && expression.weight !== undefined)) {
    throw invalid`$select has "${shorten(whole)}", but ${expression.column} is not a number; Count and CountAll are accepted.`;
  }
}

function placesOf(
  modifiers: readonly string[],
  whole: string,
): Pick<SelectedItem, 'header' | 'footer' | 'hideDetail' | 'level'> {
  const names = modifiers
    .filter((modifier) => !/^[1-9]$/.test(modifier))
    .map((modifier) => named(MODIFIERS, modifier, whole));
  const levels = modifiers.filter((modifier) => /^[1-9]$/.test(modifier));
  if (levels.length > 1) throw wrong(whole);
  return {
    header: names.includes('Header'),
    footer: names.includes('Footer'),
    hideDetail: names.includes('HideDetail'),
    level: levels[0] === undefined ? undefined : Number(levels[0]),
  };
}

function functionOf(name: string, whole: string): (typeof FUNCTIONS)[number] {
  if (UNSUPPORTED.some((other) => other.toLowerCase() === name.toLowerCase())) {
    throw invalid`$select has "${shorten(whole)}"; ${UNSUPPORTED.join(' and ')} are not supported for batch tasks.`;
  }
  return named(FUNCTIONS, name, whole);
}

function columnHolding(kinds: readonly string[], text: string, whole: string): Expression {
  const column = columnOf(text, whole);
  if (!kinds.includes(kindOfExpression({ column }))) {
    const accepted = COLUMN_NAMES.filter((name) => kinds.includes(kindOfExpression({ column: name })));
    throw invalid`$select has "${shorten(whole)}"; one of ${accepted.join(', ')} is accepted instead of ${column}.`;
  }
  return { column };
}

function columnOf(name: string, whole: string): ColumnName {
  const column = findColumn(name.trim());
  if (column === undefined) throw wrong(whole);
  return column;
}

function partOf(modifier: string): DatePart | undefined {
  return (Object.keys(DATE_PARTS) as DatePart[]).find(
    (part) => part.toLowerCase() === modifier.toLowerCase(),
  );
}

function named<Name extends string>(names: readonly Name[], text: string, whole: string): Name {
  const name = names.find((one) => one.toLowerCase() === text.toLowerCase());
  if (name === undefined) {
    throw invalid`$select has "${shorten(whole)}"; the functions ${FUNCTIONS.join(', ')} and the modifiers ${MODIFIERS.join(', ')} are accepted.`;
  }
  return name;
}

function wrong(whole: string): RequestError {
  return invalid`$select has "${shorten(whole)}"; the columns ${COLUMN_NAMES.join(', ')} are accepted, and functions such as Count(State):Footer.`;
}

function noSuchPart(whole: string): RequestError {
  return invalid`$select has "${shorten(whole)}"; DatePart accepts one of ${Object.keys(DATE_PARTS).join(', ')}, as in DatePart(registeredDate):YearMonth.`;
}

function shorten(text: string): string {
  return text.slice(0, 60);
}
