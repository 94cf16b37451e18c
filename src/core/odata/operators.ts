import { type ColumnKind, type ColumnName, kindOf } from './columns.ts';
import type { Comparison, Filter, FilterContext } from './filter.ts';
import { type Operand, type Period, periodsAround, type TimeSpan, wholeDays } from './values.ts';

/** An operator of `$filter`: `<column> <operator> <operands>` (contract, section 6). */
export interface Operator {
  /** Its names, which match in any casing; messages use the first. */
  readonly names: readonly string[];
  /** The kinds of columns that support it. */
  readonly kinds: readonly ColumnKind[];
  /** Its operands: none, an optional flag, a value, two values in parentheses, or a non-empty list. */
  readonly takes: 'nothing' | 'flag' | 'one' | 'two' | 'list';
  /** Translates it to a condition. The operands match `takes` and the column's kind. */
  readonly condition: (column: ColumnName, operands: readonly Operand[], context: FilterContext) => Filter;
}

const ORDERED: readonly ColumnKind[] = ['int', 'associate', 'associateId', 'state', 'cancellation', 'date'];
const LISTED: readonly ColumnKind[] = ['int', 'associate', 'associateId', 'state', 'cancellation', 'text'];
const VALUED: readonly ColumnKind[] = [...ORDERED, 'flag', 'text'];
const ALL: readonly ColumnKind[] = [...VALUED, 'restriction'];
const NAMED: readonly ColumnKind[] = ['text', 'state', 'cancellation', 'flag'];
const DATE: readonly ColumnKind[] = ['date'];
const TEXT: readonly ColumnKind[] = ['text'];
const ASSOCIATE: readonly ColumnKind[] = ['associate', 'associateId'];

/** All operators. */
export const OPERATORS: readonly Operator[] = [
  one(['eq', '=', 'equals'], ALL, equal),
  one(['ne', '<>', '!=', 'unequals'], VALUED, negated(equal)),
  one(['is'], NAMED, equal),
  one(['isNot'], NAMED, negated(equal)),
  one(['lt', '<', 'less'], ORDERED, (column, value) => compare(column, '<', value)),
  one(['le', '<='], ORDERED, (column, value) => compare(column, '<=', value)),
  one(['gt', '>', 'greater'], ORDERED, (column, value) => compare(column, '>', value)),
  one(['ge', '>='], ORDERED, (column, value) => compare(column, '>=', value)),
  { names: ['between'], kinds: [...ORDERED, 'text'], takes: 'two', condition: between },
  { names: ['set'], kinds: ALL, takes: 'flag', condition: isSet },
  unary('isNull', VALUED, (column) => not(hasValue(column))),
  unary('isNotNull', VALUED, hasValue),
  one(['begins', 'startswith'], TEXT, matching('start')),
  one(['notBegins'], TEXT, negated(matching('start'))),
  one(['endswith'], TEXT, matching('end')),
  one(['contains'], TEXT, matching('anywhere')),
  one(['notContains'], TEXT, negated(matching('anywhere'))),
  list(['oneOf', 'in'], LISTED, among),
  list(['notOneOf'], LISTED, (column, values) => not(among(column, values))),
  list(['associateIsOneOf'], ASSOCIATE, among),
  list(['associateIsNotOneOf'], ASSOCIATE, (column, values) => not(among(column, values))),
  unary('currentAssociate', ASSOCIATE, (column, { associateId }) => equal(column, associateId)),
  one(['before', 'beforeTime'], DATE, (column, value) => compare(column, '<', value)),
  one(['beforeOrEqual', 'to'], DATE, (column, value) => compare(column, '<=', value)),
  one(['after'], DATE, (column, value) => compare(column, '>', value)),
  one(['afterTime', 'from'], DATE, (column, value) => compare(column, '>=', value)),
  one(['date'], DATE, (column, value, { zone }) => during(column, wholeDays(value as TimeSpan, zone))),
  one(['dateTime'], DATE, equal),
  { names: ['dateBetween'], kinds: DATE, takes: 'two', condition: between },
  unary('beforeToday', DATE, (column, context) => compare(column, '<', periodsAround('day', context, 0, 1))),
  unary('afterToday', DATE, (column, context) => compare(column, '>', periodsAround('day', context, 0, 1))),
  inPeriod('today', 'day', 0),
  inPeriod('lastWeek', 'week', -1),
  inPeriod('thisWeek', 'week', 0),
  inPeriod('nextWeek', 'week', 1),
  inPeriod('lastMonth', 'month', -1),
  inPeriod('thisMonth', 'month', 0),
  inPeriod('nextMonth', 'month', 1),
  inPeriod('lastQuarter', 'quarter', -1),
  inPeriod('thisQuarter', 'quarter', 0),
  inPeriod('nextQuarter', 'quarter', 1),
  inPeriod('thisHalf', 'half', 0),
  inPeriod('thisYear', 'year', 0),
];

const byLowerName = new Map(
  OPERATORS.flatMap((operator) => operator.names.map((name) => [name.toLowerCase(), operator])),
);

/** Returns the operator with this name, in any casing; `undefined` if there is none. */
export function findOperator(name: string): Operator | undefined {
  return byLowerName.get(name.toLowerCase());
}

/** Lists the operators of a kind of column, for messages. */
export function operatorsOf(kind: ColumnKind): string {
  return OPERATORS.filter(({ kinds }) => kinds.includes(kind))
    .map(({ names }) => names[0])
    .join(', ');
}

/** A function that tests whether a date is in periods around the current one. */
export interface PeriodFunction {
  /** Whether it takes the number of periods. */
  readonly counts: boolean;
  /** The first period, and the one after the last; 0 is the current period. */
  readonly range: (count: number) => readonly [from: number, to: number];
}

/** The functions on dates, by lower-case name (contract, section 6). */
export const PERIOD_FUNCTIONS: Readonly<Record<string, PeriodFunction>> = {
  this: { counts: false, range: () => [0, 1] },
  next: { counts: true, range: (count) => [1, 1 + count] },
  previous: { counts: true, range: (count) => [-count, 0] },
  thisandnext: { counts: true, range: (count) => [0, 1 + count] },
  thisandprevious: { counts: true, range: (count) => [-count, 1] },
  thisandpreviousandnext: { counts: false, range: () => [-1, 2] },
};

/** The functions on texts, by lower-case name, and the position that they match (contract, section 6). */
export const TEXT_FUNCTIONS: Readonly<Record<string, 'start' | 'end' | 'anywhere'>> = {
  substringof: 'anywhere',
  startswith: 'start',
  endswith: 'end',
};

/** The accepted functions, for messages. */
export const FUNCTION_NAMES =
  'substringof, startswith, endswith, this, next, previous, thisAndNext, thisAndPrevious, thisAndPreviousAndNext';

/** Returns the condition that a date is in a span. */
export function during(column: ColumnName, { from, to }: TimeSpan): Filter {
  return {
    kind: 'and',
    parts: [
      { kind: 'compare', column, operator: '>=', value: from },
      { kind: 'compare', column, operator: '<', value: to },
    ],
  };
}

/** Negates a condition. */
export function not(part: Filter): Filter {
  return { kind: 'not', part };
}

type OneOperand = (column: ColumnName, value: Operand, context: FilterContext) => Filter;

function one(names: readonly string[], kinds: readonly ColumnKind[], condition: OneOperand): Operator {
  const take: Operator['condition'] = (column, [value], context) =>
    condition(column, value as Operand, context);
  return { names, kinds, takes: 'one', condition: take };
}

function list(
  names: readonly string[],
  kinds: readonly ColumnKind[],
  condition: Operator['condition'],
): Operator {
  return { names, kinds, takes: 'list', condition };
}

function unary(
  name: string,
  kinds: readonly ColumnKind[],
  condition: (column: ColumnName, context: FilterContext) => Filter,
): Operator {
  return {
    names: [name],
    kinds,
    takes: 'nothing',
    condition: (column, _operands, context) => condition(column, context),
  };
}

function inPeriod(name: string, period: Period, offset: number): Operator {
  return unary(name, DATE, (column, context) =>
    during(column, periodsAround(period, context, offset, offset + 1)),
  );
}

function negated(condition: OneOperand): OneOperand {
  return (column, value, context) => not(condition(column, value, context));
}

function isSet(column: ColumnName, [wanted = true]: readonly Operand[]): Filter {
  if (kindOf(column) === 'restriction') return restriction(column, wanted === true);
  return wanted === true ? { kind: 'set', column } : not({ kind: 'set', column });
}

/** `getNoRows` empties the list if it is true; `getAllRows` has no effect. */
function restriction(column: ColumnName, isOn: boolean): Filter {
  return { kind: 'constant', value: !(column === 'getNoRows' && isOn) };
}

/** Only dates, associates and texts can be without a value; the text is then empty. */
function hasValue(column: ColumnName): Filter {
  return ['date', 'text', 'associate', 'associateId'].includes(kindOf(column))
    ? { kind: 'set', column }
    : { kind: 'constant', value: true };
}

function equal(column: ColumnName, value: Operand): Filter {
  if (kindOf(column) === 'restriction') return restriction(column, value === true);
  if (typeof value === 'object') return during(column, value);
  return { kind: 'compare', column, operator: '=', value };
}

/** Compares with the span of a date: earlier is before its start, later is at or after its end. */
function compare(column: ColumnName, operator: Comparison, value: Operand): Filter {
  if (typeof value !== 'object') return { kind: 'compare', column, operator, value };
  return {
    kind: 'compare',
    column,
    operator: operator === '<' || operator === '<=' ? '<' : '>=',
    value: operator === '<' || operator === '>=' ? value.from : value.to,
  };
}

function between(column: ColumnName, [from, to]: readonly Operand[]): Filter {
  return {
    kind: 'and',
    parts: [compare(column, '>=', from as Operand), compare(column, '<=', to as Operand)],
  };
}

function matching(where: 'start' | 'end' | 'anywhere'): OneOperand {
  return (column, value) => ({ kind: 'match', column, where, text: value as string });
}

function among(column: ColumnName, values: readonly Operand[]): Filter {
  return { kind: 'among', column, values: values as readonly (number | string)[] };
}
