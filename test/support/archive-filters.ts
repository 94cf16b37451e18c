import fc from 'fast-check';
import type { ColumnName, ColumnValue } from '../../src/core/odata/columns.ts';
import { CancellationBehaviour } from '../../src/core/task.ts';
import { STORED_STATES, TaskState } from '../../src/core/task-state.ts';

/** Stored columns, as opposed to derived ones. */
type Stored = Exclude<
  ColumnName,
  | 'getAllRows'
  | 'getNoRows'
  | 'DefinitionId'
  | 'DefinitionDescription'
  | 'DefinitionTimeOut'
  | 'registeredBy'
  | 'dueAt'
  | 'waitsFor'
  | 'priority'
  | 'duration'
>;

/** An in-memory task with the columns of the archive list. */
export type ArchiveTask = Readonly<Record<Stored, ColumnValue>>;

/** A `$filter` and its meaning, implemented without the parser, the compiler or the database. */
export interface FilterCase {
  readonly text: string;
  readonly matches: (task: ArchiveTask) => boolean;
}

/** The caller and the time. Days are in UTC, so that plain arithmetic works. A Wednesday in the second quarter. */
export const ASKED = { associateId: 2, now: new Date('2026-05-13T14:45:10.500Z'), zone: 'UTC' } as const;

const DAY = 86_400_000;
const TEXTS = fc.string({ unit: fc.constantFrom(...'aAbBäÄßİſ%_\\\'"-€', '😀', ' '), maxLength: 4 });
const INTS = fc.oneof(fc.integer({ min: -2, max: 6 }), fc.constantFrom(2_147_483_647, -2_147_483_648));
const DATES = fc
  .tuple(
    fc.integer({ min: -800, max: 800 }),
    fc.constantFrom(0, 1, DAY - 1, 45_000, 53_110_500, 53_110_000, 53_100_000),
  )
  .map(([day, rest]) => new Date(Date.UTC(2026, 4, 13) + day * DAY + rest));
const NEAR_DATES = fc
  .tuple(fc.integer({ min: -8, max: 8 }), fc.constantFrom(0, 1, DAY - 1, 53_110_500))
  .map(([day, rest]) => new Date(Date.UTC(2026, 4, 13) + day * DAY + rest));

/** Any text, including unpaired surrogates. */
export const ANY_TEXT = fc
  .array(fc.oneof(fc.nat({ max: 127 }), fc.nat({ max: 65_535 })), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units));

/** A random task. */
export const TASKS: fc.Arbitrary<ArchiveTask> = fc
  .record({
    batchTaskId: fc.constant(0),
    DefinitionName: fc.constantFrom('a', 'A', 'Ab', 'ab', 'b', 'Äb', 'äB', 'a%'),
    State: fc.constantFrom(...STORED_STATES.map((name) => TaskState[name])),
    associateId: fc.integer({ min: 0, max: 3 }),
    Description: TEXTS,
    Request: TEXTS,
    Response: TEXTS,
    StartCount: fc.integer({ min: 0, max: 3 }),
    LastStarted: fc.option(fc.oneof(DATES, NEAR_DATES)),
    registeredDate: fc.oneof(DATES, NEAR_DATES),
    updatedBy: fc.integer({ min: 0, max: 3 }),
    updatedDate: fc.oneof(DATES, NEAR_DATES),
    ProgressPercent: fc.integer({ min: 0, max: 5 }),
    ProgressDescription: TEXTS,
    fileName: TEXTS,
    context: TEXTS,
    result: TEXTS,
    DetailsTable: INTS,
    DetailsRecord: INTS,
    DbTag: fc.constantFrom('t', 'T', 'u'),
    cancellationBehaviour: fc.constantFrom(...Object.values(CancellationBehaviour)),
    isSystemTask: fc.constant(false),
    isInternalTask: fc.boolean(),
    parentId: INTS,
    scheduleId: INTS,
    stopped: fc.boolean(),
  })
  .map((task) => ({ ...task, stopped: task.stopped && task.State === TaskState.Failed }));

const INT_COLUMNS = [
  'StartCount',
  'ProgressPercent',
  'DetailsTable',
  'DetailsRecord',
  'parentId',
  'scheduleId',
] as const;
const TEXT_COLUMNS = [
  'DefinitionName',
  'Description',
  'Request',
  'Response',
  'ProgressDescription',
  'fileName',
  'context',
  'result',
  'DbTag',
] as const;
const DATE_COLUMNS = ['LastStarted', 'registeredDate', 'updatedDate'] as const;
const FLAG_COLUMNS = ['isSystemTask', 'isInternalTask', 'stopped'] as const;

/** A text in lower case, letter by letter. */
function lower(text: ColumnValue): string {
  return [...String(text)].map((letter) => [...letter.toLowerCase()][0]).join('');
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\');
  return `'${text.length % 2 === 0 ? escaped.replaceAll("'", "''") : escaped.replaceAll("'", "\\'")}'`;
}

/** A literal and its value; for a date, its time span. */
interface Written<Value> {
  readonly text: string;
  readonly value: Value;
}

type Span = readonly [from: number, to: number];
interface Typed<Value> {
  readonly column: Stored;
  readonly values: fc.Arbitrary<Written<Value>>;
}

const NUMBER_FORMS: ReadonlyMap<number, string> = new Map([
  [0, "'0'"],
  [1, '[I:1]'],
  [2, '[F:2.0]'],
  [3, '+3'],
]);

const int = (column: Stored, values: fc.Arbitrary<number> = INTS): Typed<number> => ({
  column,
  values: values.map((value) => ({ text: NUMBER_FORMS.get(value) ?? String(value), value })),
});
const named = (column: Stored, names: Readonly<Record<string, number>>): Typed<number> => ({
  column,
  values: fc.oneof(
    fc.integer({ min: 0, max: 7 }).map((value) => ({ text: String(value), value })),
    fc
      .tuple(fc.constantFrom(...Object.entries(names)), fc.boolean())
      .map(([[name, value], shout]) => ({ text: quoted(shout ? name.toUpperCase() : name), value })),
  ),
});
const storedStates = Object.fromEntries(STORED_STATES.map((name) => [name, TaskState[name]]));

const NUMBERS = fc.oneof(
  fc.constantFrom(...INT_COLUMNS).map((column) => int(column)),
  fc.constant(int('batchTaskId', fc.integer({ min: 0, max: 80 }))),
  fc.constant(int('associateId', fc.integer({ min: 0, max: 4 }))),
  fc.constant(int('updatedBy', fc.integer({ min: 0, max: 4 }))),
  fc.constant(named('State', storedStates)),
  fc.constant(named('cancellationBehaviour', CancellationBehaviour)),
);

const DATE_VALUES: fc.Arbitrary<Written<Span>> = fc
  .tuple(fc.oneof(DATES, NEAR_DATES), fc.integer({ min: 0, max: 7 }))
  .map(([date, form]) => {
    const iso = date.toISOString();
    const whole = (ms: number): Span => {
      const from = Math.floor(date.getTime() / ms) * ms;
      return [from, from + ms];
    };
    switch (form) {
      case 0:
        return { text: quoted(iso.slice(0, 10)), value: whole(DAY) };
      case 1:
        return {
          text: quoted(iso.slice(0, 10).replaceAll('-0', '.').replaceAll('-', '.')),
          value: whole(DAY),
        };
      case 6:
        return { text: `[D:${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}]`, value: whole(DAY) };
      case 7:
        return { text: quoted(`[DT:${iso.slice(0, 19)}]`), value: whole(1000) };
      case 2:
        return { text: quoted(`${iso.slice(0, 16)}Z`), value: whole(60_000) };
      case 3:
        return { text: quoted(iso.slice(0, 19).replace('T', ' ')), value: whole(1000) };
      case 4: {
        const local = new Date(date.getTime() + 5.5 * 3_600_000).toISOString();
        return { text: quoted(`${local.slice(0, 23)}+05:30`), value: whole(1) };
      }
      default:
        return { text: quoted(iso), value: whole(1) };
    }
  });

/** `<column> <operator> <value>` for columns and values of one type. */
function binary<Value>(
  columns: fc.Arbitrary<Typed<Value>>,
  operator: string,
  holds: (own: ColumnValue, value: Value) => boolean,
): fc.Arbitrary<FilterCase> {
  return columns.chain(({ column, values }) =>
    values.map(({ text, value }) => ({
      text: `${column} ${operator} ${text}`,
      matches: (task) => holds(task[column], value),
    })),
  );
}

function pair<Value>(
  columns: fc.Arbitrary<Typed<Value>>,
  operator: string,
  holds: (own: ColumnValue, from: Value, to: Value) => boolean,
): fc.Arbitrary<FilterCase> {
  return columns.chain(({ column, values }) =>
    fc.tuple(values, values).map(([from, to]) => ({
      text: `${column} ${operator} (${from.text}, ${to.text})`,
      matches: (task) => holds(task[column], from.value, to.value),
    })),
  );
}

function list<Value>(
  columns: fc.Arbitrary<Typed<Value>>,
  operator: string,
  same: (own: ColumnValue, value: Value) => boolean,
  wanted: boolean,
): fc.Arbitrary<FilterCase> {
  return columns.chain(({ column, values }) =>
    fc.array(values, { minLength: 1, maxLength: 4 }).map((among) => ({
      text: `${column} ${operator} (${among.map(({ text }) => text).join(',')})`,
      matches: (task) => among.some(({ value }) => same(task[column], value)) === wanted,
    })),
  );
}

function unary(
  columns: readonly Stored[],
  operator: string,
  holds: (own: ColumnValue) => boolean,
): fc.Arbitrary<FilterCase> {
  return fc
    .constantFrom(...columns)
    .map((column) => ({ text: `${column} ${operator}`, matches: (task) => holds(task[column]) }));
}

const TEXT_VALUES = TEXTS.map((value) => ({ text: quoted(value), value }));
const texts: fc.Arbitrary<Typed<string>> = fc
  .constantFrom(...TEXT_COLUMNS)
  .map((column) => ({ column, values: TEXT_VALUES }));
const flags: fc.Arbitrary<Typed<boolean>> = fc.constantFrom(...FLAG_COLUMNS).map((column) => ({
  column,
  values: fc.constantFrom(
    { text: 'true', value: true },
    { text: 'False', value: false },
    { text: '1', value: true },
    { text: '0', value: false },
  ),
}));
const dates: fc.Arbitrary<Typed<Span>> = fc
  .constantFrom(...DATE_COLUMNS)
  .map((column) => ({ column, values: DATE_VALUES }));
const associates: fc.Arbitrary<Typed<number>> = fc
  .constantFrom('associateId', 'updatedBy')
  .map((column) => int(column as Stored, fc.integer({ min: 0, max: 4 })));

const sameNumber = (own: ColumnValue, value: number): boolean => own === value;
const sameText = (own: ColumnValue, value: string): boolean => lower(own) === lower(value);
const within = (own: ColumnValue, [from, to]: Span): boolean =>
  own instanceof Date && own.getTime() >= from && own.getTime() < to;
const time = (own: ColumnValue, holds: (at: number) => boolean): boolean =>
  own instanceof Date && holds(own.getTime());
const number = (own: ColumnValue): number => own as number;

function equality(operator: string, wanted: boolean, withOrdered: boolean): fc.Arbitrary<FilterCase> {
  const plain = [
    binary(texts, operator, (own, value) => sameText(own, value) === wanted),
    binary(flags, operator, (own, value) => (own === value) === wanted),
    binary(
      fc.constantFrom(named('State', storedStates), named('cancellationBehaviour', CancellationBehaviour)),
      operator,
      (own, value) => (own === value) === wanted,
    ),
  ];
  if (!withOrdered) return fc.oneof(...plain);
  return fc.oneof(
    ...plain,
    binary(NUMBERS, operator, (own, value) => (own === value) === wanted),
    binary(dates, operator, (own, value) => within(own, value) === wanted),
  );
}

function comparison(
  operator: string,
  holds: (own: number, from: number, to: number) => boolean,
): fc.Arbitrary<FilterCase> {
  return fc.oneof(
    binary(NUMBERS, operator, (own, value) => holds(number(own), value, value + 1)),
    binary(dates, operator, (own, [from, to]) => time(own, (at) => holds(at, from, to))),
  );
}

function valued(operator: string, wanted: boolean): fc.Arbitrary<FilterCase> {
  return fc.oneof(
    unary(TEXT_COLUMNS, operator, (own) => (own !== '') === wanted),
    unary(DATE_COLUMNS, operator, (own) => (own !== null) === wanted),
    unary(['associateId', 'updatedBy'], operator, (own) => (own !== 0) === wanted),
    unary([...INT_COLUMNS, ...FLAG_COLUMNS, 'State'], operator, () => wanted),
  );
}

const { now } = ASKED;
const TODAY = Date.UTC(2026, 4, 13);
const MONDAY = Date.UTC(2026, 4, 11);
const month = (count: number, step = 1, first = 4): number => Date.UTC(2026, first + count * step, 1);

function inSpan(operator: string, from: number, to: number): fc.Arbitrary<FilterCase> {
  return unary(DATE_COLUMNS, operator, (own) => within(own, [from, to]));
}

/** A filter with each operator, by the operator's name. */
export const OPERATOR_CASES: Readonly<Record<string, fc.Arbitrary<FilterCase>>> = {
  eq: equality('eq', true, true),
  '=': equality('=', true, true),
  equals: equality('equals', true, true),
  ne: equality('ne', false, true),
  '<>': equality('<>', false, true),
  '!=': equality('!=', false, true),
  unequals: equality('unequals', false, true),
  is: equality('is', true, false),
  isNot: equality('isNot', false, false),
  lt: comparison('lt', (own, from) => own < from),
  '<': comparison('<', (own, from) => own < from),
  less: comparison('less', (own, from) => own < from),
  le: comparison('le', (own, _from, to) => own < to),
  '<=': comparison('<=', (own, _from, to) => own < to),
  gt: comparison('gt', (own, _from, to) => own >= to),
  '>': comparison('>', (own, _from, to) => own >= to),
  greater: comparison('greater', (own, _from, to) => own >= to),
  ge: comparison('ge', (own, from) => own >= from),
  '>=': comparison('>=', (own, from) => own >= from),
  between: fc.oneof(
    pair(NUMBERS, 'between', (own, from, to) => number(own) >= from && number(own) <= to),
    pair(dates, 'between', (own, from, to) => time(own, (at) => at >= from[0] && at < to[1])),
  ),
  isNull: valued('isNull', false),
  isNotNull: valued('isNotNull', true),
  set: fc.oneof(
    unary(TEXT_COLUMNS, 'set true', (own) => own !== ''),
    unary(DATE_COLUMNS, "set '1'", (own) => own !== null),
    unary(FLAG_COLUMNS, 'set False', (own) => own !== true),
    unary(INT_COLUMNS, 'set 0', (own) => own === 0),
    unary(
      [...INT_COLUMNS, 'associateId', 'batchTaskId', 'State', 'cancellationBehaviour'],
      'set',
      (own) => own !== 0,
    ),
    unary(TEXT_COLUMNS, 'set', (own) => own !== ''),
    unary(DATE_COLUMNS, 'set', (own) => own !== null),
    unary(FLAG_COLUMNS, 'set', (own) => own === true),
  ),
  begins: binary(texts, 'begins', (own, value) => lower(own).startsWith(lower(value))),
  startswith: binary(texts, 'startswith', (own, value) => lower(own).startsWith(lower(value))),
  notBegins: binary(texts, 'notBegins', (own, value) => !lower(own).startsWith(lower(value))),
  endswith: binary(texts, 'endswith', (own, value) => lower(own).endsWith(lower(value))),
  contains: binary(texts, 'contains', (own, value) => lower(own).includes(lower(value))),
  notContains: binary(texts, 'notContains', (own, value) => !lower(own).includes(lower(value))),
  oneOf: fc.oneof(list(NUMBERS, 'oneOf', sameNumber, true), list(texts, 'oneOf', sameText, true)),
  in: fc.oneof(list(NUMBERS, 'in', sameNumber, true), list(texts, 'in', sameText, true)),
  notOneOf: fc.oneof(list(NUMBERS, 'notOneOf', sameNumber, false), list(texts, 'notOneOf', sameText, false)),
  associateIsOneOf: list(associates, 'associateIsOneOf', sameNumber, true),
  associateIsNotOneOf: list(associates, 'associateIsNotOneOf', sameNumber, false),
  currentAssociate: unary(
    ['associateId', 'updatedBy'],
    'currentAssociate',
    (own) => own === ASKED.associateId,
  ),
  before: binary(dates, 'before', (own, [from]) => time(own, (at) => at < from)),
  beforeTime: binary(dates, 'beforeTime', (own, [from]) => time(own, (at) => at < from)),
  beforeOrEqual: binary(dates, 'beforeOrEqual', (own, [, to]) => time(own, (at) => at < to)),
  to: binary(dates, 'to', (own, [, to]) => time(own, (at) => at < to)),
  after: binary(dates, 'after', (own, [, to]) => time(own, (at) => at >= to)),
  afterTime: binary(dates, 'afterTime', (own, [from]) => time(own, (at) => at >= from)),
  from: binary(dates, 'from', (own, [from]) => time(own, (at) => at >= from)),
  dateTime: binary(dates, 'dateTime', within),
  date: binary(dates, 'date', (own, [from]) =>
    time(own, (at) => Math.floor(at / DAY) === Math.floor(from / DAY)),
  ),
  dateBetween: pair(dates, 'dateBetween', (own, from, to) => time(own, (at) => at >= from[0] && at < to[1])),
  beforeToday: unary(DATE_COLUMNS, 'beforeToday', (own) => time(own, (at) => at < TODAY)),
  today: inSpan('today', TODAY, TODAY + DAY),
  afterToday: unary(DATE_COLUMNS, 'afterToday', (own) => time(own, (at) => at >= TODAY + DAY)),
  lastWeek: inSpan('lastWeek', MONDAY - 7 * DAY, MONDAY),
  thisWeek: inSpan('thisWeek', MONDAY, MONDAY + 7 * DAY),
  nextWeek: inSpan('nextWeek', MONDAY + 7 * DAY, MONDAY + 14 * DAY),
  lastMonth: inSpan('lastMonth', month(-1), month(0)),
  thisMonth: inSpan('thisMonth', month(0), month(1)),
  nextMonth: inSpan('nextMonth', month(1), month(2)),
  lastQuarter: inSpan('lastQuarter', month(0, 1, 0), month(0, 1, 3)),
  thisQuarter: inSpan('thisQuarter', month(0, 1, 3), month(0, 1, 6)),
  nextQuarter: inSpan('nextQuarter', month(0, 1, 6), month(0, 1, 9)),
  thisHalf: inSpan('thisHalf', month(0, 1, 0), month(0, 1, 6)),
  thisYear: inSpan('thisYear', month(0, 1, 0), month(0, 1, 12)),
};

/** The beginning of the period that is `count` after the current one. */
const PERIOD_STARTS: Readonly<Record<string, (count: number) => number>> = {
  hour: (count) => Math.floor(now.getTime() / 3_600_000 + count) * 3_600_000,
  days: (count) => TODAY + count * DAY,
  Weeks: (count) => MONDAY + 7 * count * DAY,
  month: (count) => month(count),
  quarters: (count) => month(count, 3, 3),
  half: (count) => month(count, 6, 0),
  hyrs: (count) => month(count, 6, 0),
  mos: (count) => month(count),
  2: (count) => MONDAY + 7 * count * DAY,
  YEARS: (count) => month(count, 12, 0),
};

function textFunction(name: string, holds: (own: string, text: string) => boolean): fc.Arbitrary<FilterCase> {
  return fc
    .tuple(texts, TEXT_VALUES, fc.boolean(), fc.constantFrom('', ' eq true', ' eq false'))
    .map(([{ column }, { text, value }, columnFirst, compared]) => ({
      text: `${name}(${columnFirst ? `${column}, ${text}` : `${text},${column}`})${compared}`,
      matches: (task) => holds(lower(task[column]), lower(value)) === (compared !== ' eq false'),
    }));
}

function periodFunction(
  name: string,
  range: (count: number) => readonly [number, number],
  counts: boolean,
): fc.Arbitrary<FilterCase> {
  return fc
    .tuple(
      fc.constantFrom(...DATE_COLUMNS),
      fc.constantFrom(...Object.keys(PERIOD_STARTS)),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
    )
    .map(([column, period, count, quotes]) => {
      const [from, to] = range(count).map((step) => PERIOD_STARTS[period]?.(step) ?? 0) as [number, number];
      return {
        text: `${name}(${column}, ${counts ? `${count}, ` : ''}${quotes ? `'${period}'` : period})`,
        matches: (task) => within(task[column], [from, to]),
      };
    });
}

/** A filter with each function, by the function's name. */
export const FUNCTION_CASES: Readonly<Record<string, fc.Arbitrary<FilterCase>>> = {
  substringof: textFunction('substringof', (own, text) => own.includes(text)),
  startswith: textFunction('startswith', (own, text) => own.startsWith(text)),
  endswith: textFunction('endswith', (own, text) => own.endsWith(text)),
  this: periodFunction('this', () => [0, 1], false),
  next: periodFunction('next', (count) => [1, count + 1], true),
  previous: periodFunction('previous', (count) => [-count, 0], true),
  thisAndNext: periodFunction('thisAndNext', (count) => [0, count + 1], true),
  thisAndPrevious: periodFunction('thisAndPrevious', (count) => [-count, 1], true),
  thisAndPreviousAndNext: periodFunction('thisAndPreviousAndNext', () => [-1, 2], false),
};

const CONDITIONS = fc.oneof(...Object.values(OPERATOR_CASES), ...Object.values(FUNCTION_CASES));

/** Whole filters: conditions with `and`, `or` and parentheses, `and` binding tighter. */
export const FILTERS: fc.Arbitrary<FilterCase> = fc.letrec<{
  any: FilterCase;
  all: FilterCase;
  part: FilterCase;
}>((tie) => ({
  any: joined('or', tie('all')),
  all: joined('and', tie('part')),
  part: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: CONDITIONS },
    { weight: 1, arbitrary: tie('any').map(({ text, matches }) => ({ text: `( ${text})`, matches })) },
  ),
})).any;

function joined(word: 'and' | 'or', parts: fc.Arbitrary<FilterCase>): fc.Arbitrary<FilterCase> {
  return fc.tuple(fc.array(parts, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([cases, shout]) => ({
    text: cases.map(({ text }) => text).join(` ${shout ? word.toUpperCase() : word} `),
    matches: (task) =>
      word === 'and'
        ? cases.every(({ matches }) => matches(task))
        : cases.some(({ matches }) => matches(task)),
  }));
}
