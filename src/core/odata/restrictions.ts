import { invalid } from '../errors.ts';
import { type StoredState, TaskState } from '../task-state.ts';
import { findColumn, kindOf } from './columns.ts';
import type { Comparison, Filter, FilterContext } from './filter.ts';
import { findOperator, operatorsOf } from './operators.ts';
import { MAX_FILTER_CONDITIONS, MAX_FILTER_VALUES } from './parser.ts';
import { ACCEPTED, operandOf } from './values.ts';

/** A condition of the Archive agent, which replaces `$filter`: one of a sequence combined by `and` and `or`. */
export interface Restriction {
  readonly name: string;
  /** As in `$filter`. */
  readonly operator: string;
  readonly values: readonly string[];
  /** Inactive ones are ignored. */
  readonly isActive: boolean;
  /** Number of parentheses that open before it; if negative, number that close after it. */
  readonly parenthesis: number;
  /** Combines it with the next condition. */
  readonly combinedBy: 'and' | 'or';
}

type Piece = { readonly condition: Filter | undefined } | '(' | ')' | 'and' | 'or';

/**
 * Converts restrictions to a filter; `undefined` if none is active.
 *
 * @throws RequestError (invalid) with the number of the restriction, from 1, if a name, operator or value is invalid, or
 *   if the parentheses don't match
 */
export function filterOfRestrictions(
  restrictions: readonly Restriction[],
  context: FilterContext,
): Filter | undefined {
  if (restrictions.length > MAX_FILTER_CONDITIONS)
    throw invalid`Restriction has ${restrictions.length} conditions; at most ${MAX_FILTER_CONDITIONS} are accepted.`;
  const values = restrictions.reduce((count, restriction) => count + restriction.values.length, 0);
  if (values > MAX_FILTER_VALUES)
    throw invalid`Restriction has ${values} values; at most ${MAX_FILTER_VALUES} are accepted.`;
  const pieces = restrictions.flatMap((restriction, index): Piece[] => {
    const { isActive, parenthesis, combinedBy } = restriction;
    const condition = isActive ? conditionOf(restriction, index + 1, context) : undefined;
    const around = Array.from({ length: Math.min(Math.abs(parenthesis), MAX_FILTER_CONDITIONS) });
    return [
      ...around.flatMap((): Piece[] => (parenthesis > 0 ? ['('] : [])),
      { condition },
      ...around.flatMap((): Piece[] => (parenthesis < 0 ? [')'] : [])),
      ...(index < restrictions.length - 1 ? [combinedBy] : []),
    ];
  });
  if (pieces.length === 0) return undefined;
  const filter = readAny(pieces);
  if (pieces.length > 0) throw unbalanced();
  return filter;
}

function conditionOf(
  { name, operator: operatorName, values }: Restriction,
  number: number,
  context: FilterContext,
): Filter {
  const column = findColumn(name);
  if (column === undefined)
    throw invalid`Restriction ${number} has the column "${name.slice(0, 60)}"; GetAvailableColumns lists the accepted ones.`;
  const kind = kindOf(column);
  const operator = findOperator(operatorName.trim());
  if (operator === undefined || !operator.kinds.includes(kind))
    throw invalid`Restriction ${number} has the operator "${operatorName.slice(0, 40)}"; for ${column} one of ${operatorsOf(kind)} is accepted.`;
  // Clients send a blank value with operators that take none.
  const given = operator.takes === 'nothing' ? [] : values.filter((value) => value !== '' || kind === 'text');
  const counts = { nothing: [0, 0], flag: [0, 1], one: [1, 1], two: [2, 2], list: [1, MAX_FILTER_VALUES] };
  const [min = 0, max = 0] = counts[operator.takes];
  if (given.length < min || given.length > max)
    throw invalid`Restriction ${number} has ${given.length} values; ${operatorName} takes ${min === max ? min : `${min} to ${max}`}.`;
  const operands = given.map((value) => {
    const valueKind = operator.takes === 'flag' ? 'flag' : kind;
    const operand = operandOf(valueKind, { type: 'text', value, at: 0 }, context.zone);
    if (operand === undefined)
      throw invalid`Restriction ${number} has the value "${value.slice(0, 40)}"; ${ACCEPTED[valueKind]} is accepted.`;
    return operand;
  });
  return operator.condition(column, operands, context);
}

/** Consumes an `or` expression from the front of the pieces. */
function readAny(pieces: Piece[]): Filter | undefined {
  const parts = [readAll(pieces)];
  while (takeIf(pieces, 'or')) parts.push(readAll(pieces));
  return combined('or', parts);
}

function readAll(pieces: Piece[]): Filter | undefined {
  const parts = [readOne(pieces)];
  while (takeIf(pieces, 'and')) parts.push(readOne(pieces));
  return combined('and', parts);
}

function readOne(pieces: Piece[]): Filter | undefined {
  const piece = pieces.shift();
  if (typeof piece === 'object') return piece.condition;
  if (piece !== '(') throw unbalanced();
  const inner = readAny(pieces);
  if (!takeIf(pieces, ')')) throw unbalanced();
  return inner;
}

function combined(kind: 'and' | 'or', all: readonly (Filter | undefined)[]): Filter | undefined {
  const parts = all.filter((part) => part !== undefined);
  return parts.length > 1 ? { kind, parts } : parts[0];
}

function takeIf(pieces: Piece[], wanted: Piece): boolean {
  if (pieces[0] !== wanted) return false;
  pieces.shift();
  return true;
}

function unbalanced(): Error {
  return invalid`The parentheses of Restriction don't match; a positive InterParenthesis opens that many before a restriction, a negative one closes that many after it.`;
}

/** The possible results of a filter for tasks of which only the state is known. */
interface Outcomes {
  readonly canHold: boolean;
  readonly canFail: boolean;
}

const EITHER: Outcomes = { canHold: true, canFail: true };

/** Returns true if a filter can match a task in one of these states, regardless of its other columns. */
export function canBeIn(filter: Filter | undefined, states: readonly StoredState[]): boolean {
  return filter === undefined || states.some((state) => outcomesIn(filter, TaskState[state]).canHold);
}

function outcomesIn(filter: Filter, state: number): Outcomes {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.parts.map((part) => outcomesIn(part, state));
      return {
        canHold: parts.every(({ canHold }) => canHold),
        canFail: parts.some(({ canFail }) => canFail),
      };
    }
    case 'or': {
      const parts = filter.parts.map((part) => outcomesIn(part, state));
      return {
        canHold: parts.some(({ canHold }) => canHold),
        canFail: parts.every(({ canFail }) => canFail),
      };
    }
    case 'not': {
      const { canHold, canFail } = outcomesIn(filter.part, state);
      return { canHold: canFail, canFail: canHold };
    }
    case 'constant':
      return known(filter.value);
    case 'compare':
      return filter.column === 'State' && typeof filter.value === 'number'
        ? known(compares(state, filter.operator, filter.value))
        : EITHER;
    case 'among':
      return filter.column === 'State' ? known(filter.values.includes(state)) : EITHER;
    default:
      return EITHER;
  }
}

function known(holds: boolean): Outcomes {
  return { canHold: holds, canFail: !holds };
}

function compares(state: number, operator: Comparison, value: number): boolean {
  switch (operator) {
    case '=':
      return state === value;
    case '<':
      return state < value;
    case '<=':
      return state <= value;
    case '>':
      return state > value;
    case '>=':
      return state >= value;
  }
}
