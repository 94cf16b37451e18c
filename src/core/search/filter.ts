import { DateTime, type DurationLike } from 'luxon';
import { RequestError } from '../errors.ts';
import { message } from '../message.ts';
import type { ColumnName } from '../odata/columns.ts';
import type { Filter, FilterContext } from '../odata/filter.ts';
import { LISTED_STATES, listedStateFilter } from '../odata/listed-state.ts';
import { parseFilter } from '../odata/parser.ts';
import { periodsAround, readDateLiteral, type TimeSpan } from '../odata/values.ts';
import { parseSearch, RECENT, type SearchTerm, type SearchValue } from './parser.ts';
import { flagOf, type QualifierName, statesOf, waitOf } from './qualifiers.ts';
import { sequenceOf } from './words.ts';

/** The column of each qualifier but `state` and `owner`. */
const COLUMNS: Readonly<Record<Exclude<QualifierName, 'state' | 'owner'>, ColumnName>> = {
  definition: 'DefinitionName',
  created: 'registeredDate',
  started: 'LastStarted',
  updated: 'updatedDate',
  due: 'dueAt',
  waits: 'waitsFor',
  stopped: 'stopped',
  priority: 'priority',
  attempts: 'StartCount',
  id: 'batchTaskId',
  parent: 'parentId',
  schedule: 'scheduleId',
  tenant: 'DbTag',
};

/**
 * Translates a search (docs/search.md) to a filter.
 *
 * @returns `undefined` if it is blank
 * @throws RequestError (invalid) with the position of the error
 */
export function filterOfSearch(text: string, context: FilterContext): Filter | undefined {
  const parsed = parseSearch(text);
  if (parsed.problem !== undefined)
    throw new RequestError('invalid', message`$search: ${parsed.problem.message}`);
  const parts = [...textParts(parsed.terms), ...parsed.terms.flatMap((term) => qualifierPart(term, context))];
  return allOf(parts);
}

/** Combines filters so that a task has to match all that are given; `undefined` if none is. */
export function allOf(filters: readonly (Filter | undefined)[]): Filter | undefined {
  const parts = filters.filter((filter) => filter !== undefined);
  return parts.length > 1 ? { kind: 'and', parts } : parts[0];
}

/** The texts that a task must contain are one condition, which needs one scan of the index. */
function textParts(terms: readonly SearchTerm[]): Filter[] {
  const texts = terms.filter((term) => term.kind === 'text');
  const wanted = texts.filter(({ isNegated }) => !isNegated);
  const unwanted = texts.filter(({ isNegated }) => isNegated);
  // A task that was just started is not in the index yet, but can be found by its id.
  const [, id] = (wanted.length === 1 && /^#?(\d{1,9})$/.exec(wanted[0]?.text ?? '')) || [];
  return [
    ...(wanted.length === 0
      ? []
      : [
          {
            kind: 'words' as const,
            sequences: wanted.map(({ text, isPhrase }) => sequenceOf(text, isPhrase)),
            id: id === undefined ? undefined : Number(id),
          },
        ]),
    ...unwanted.map(
      ({ text, isPhrase }): Filter => ({
        kind: 'not',
        part: { kind: 'words', sequences: [sequenceOf(text, isPhrase)], id: undefined },
      }),
    ),
  ];
}

function qualifierPart(term: SearchTerm, context: FilterContext): Filter[] {
  if (term.kind !== 'qualifier') return [];
  const part = valuesPart(term, context);
  return [term.isNegated ? { kind: 'not', part } : part];
}

function valuesPart(
  { name, values }: Extract<SearchTerm, { kind: 'qualifier' }>,
  context: FilterContext,
): Filter {
  if (name === 'state') {
    const states = values.flatMap((value) => ('text' in value ? (statesOf(value.text) ?? []) : []));
    const filter = parseFilter(
      listedStateFilter(LISTED_STATES.filter((state) => states.includes(state))),
      context,
    );
    return filter ?? { kind: 'constant', value: false };
  }
  const parts =
    name === 'owner'
      ? values.map((value) => ownerPart(value, context))
      : values.map((value) => columnPart(COLUMNS[name], name, value, context));
  return parts.length === 1 ? (parts[0] as Filter) : { kind: 'or', parts };
}

function ownerPart(value: SearchValue, { associateId }: FilterContext): Filter {
  const text = 'text' in value ? value.text : '';
  const id = /^me$/i.test(text) ? associateId : /^system$/i.test(text) ? 0 : undefined;
  if (id !== undefined) return { kind: 'compare', column: 'associateId', operator: '=', value: id };
  if (/^#?\d{1,9}$/.test(text))
    return { kind: 'compare', column: 'associateId', operator: '=', value: Number(text.replace('#', '')) };
  return { kind: 'owner', name: text };
}

function columnPart(
  column: ColumnName,
  name: QualifierName,
  value: SearchValue,
  context: FilterContext,
): Filter {
  switch (name) {
    case 'definition':
    case 'tenant':
      return 'text' in value && value.operator === 'begins'
        ? { kind: 'match', column, where: 'start', text: value.text }
        : { kind: 'compare', column, operator: '=', value: 'text' in value ? value.text : '' };
    case 'waits':
      return { kind: 'compare', column, operator: '=', value: ('text' in value && waitOf(value.text)) || '' };
    case 'stopped':
      return {
        kind: 'compare',
        column,
        operator: '=',
        value: 'text' in value && flagOf(value.text) === true,
      };
    case 'created':
    case 'started':
    case 'updated':
    case 'due':
      return datePart(column, value, context, name === 'due' ? 1 : -1);
    default:
      return numberPart(column, value);
  }
}

function numberPart(column: ColumnName, value: SearchValue): Filter {
  if ('from' in value)
    return between(
      column,
      { operator: '>=', value: Number(value.from) },
      { operator: '<=', value: Number(value.to) },
    );
  const operator = value.operator === 'begins' ? '=' : value.operator;
  return { kind: 'compare', column, operator, value: Number(value.text) };
}

/** @param direction whether a number of hours or days is before now (-1) or after now (1) */
function datePart(column: ColumnName, value: SearchValue, context: FilterContext, direction: 1 | -1): Filter {
  if ('from' in value)
    return between(
      column,
      { operator: '>=', value: spanOf(value.from, context, direction).from },
      { operator: '<', value: spanOf(value.to, context, direction).to },
    );
  const { from, to } = spanOf(value.text, context, direction);
  switch (value.operator) {
    case '>':
      return { kind: 'compare', column, operator: '>=', value: to };
    case '>=':
      return { kind: 'compare', column, operator: '>=', value: from };
    case '<':
      return { kind: 'compare', column, operator: '<', value: from };
    case '<=':
      return { kind: 'compare', column, operator: '<', value: to };
    default:
      return between(column, { operator: '>=', value: from }, { operator: '<', value: to });
  }
}

type Bound = Pick<Extract<Filter, { kind: 'compare' }>, 'operator' | 'value'>;

function between(column: ColumnName, from: Bound, to: Bound): Filter {
  return { kind: 'and', parts: [from, to].map((bound) => ({ kind: 'compare', column, ...bound })) };
}

const UNITS: Readonly<Record<string, string>> = { m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };

/** Returns the time span of a date or a period, which the parser has accepted. */
function spanOf(text: string, context: FilterContext, direction: 1 | -1): TimeSpan {
  const [, count, unit = ''] = RECENT.exec(text) ?? [];
  if (count !== undefined) {
    const now = DateTime.fromJSDate(context.now);
    const length: DurationLike = { [UNITS[unit.toLowerCase()] ?? 'days']: Number(count) };
    if (direction === 1) return { from: context.now, to: now.plus(length).toJSDate() };
    // The clock of the database may be ahead of this one.
    return { from: now.minus(length).toJSDate(), to: now.plus({ days: 1 }).toJSDate() };
  }
  switch (text.toLowerCase()) {
    case 'today':
      return periodsAround('day', context, 0, 1);
    case 'yesterday':
      return periodsAround('day', context, -1, 0);
    case 'this-week':
      return periodsAround('week', context, 0, 1);
    case 'last-week':
      return periodsAround('week', context, -1, 0);
    case 'this-month':
      return periodsAround('month', context, 0, 1);
    case 'last-month':
      return periodsAround('month', context, -1, 0);
  }
  const span = readDateLiteral(text, context.zone);
  if (span === undefined) throw new RangeError(`"${text}" is not a date`);
  return span;
}
