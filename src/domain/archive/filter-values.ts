import { CancellationBehaviour } from '../cancellation.ts';
import { checkText, INT32_MAX, INT32_MIN } from '../limits.ts';
import { parseState, STORED_STATES, TaskState } from '../task-state.ts';
import type { ColumnKind } from './columns.ts';
import { found, type Token, wrongAt } from './filter-lexer.ts';
import { type Clock, DATE_FORMS, readDateLiteral, type TimeSpan } from './time-span.ts';

/** What an operator gets: a number, a text, a flag, or the time that a date stands for. */
export type Operand = number | string | boolean | TimeSpan;

/** What is accepted as a value of each kind of column, for messages. */
const ACCEPTED: Readonly<Record<ColumnKind, string>> = {
  int: 'a whole number of 32 bits',
  associate: "an associate's id",
  state: `a state's number or one of ${STORED_STATES.map((name) => `'${name}'`).join(', ')}`,
  cancellation: `a number or one of ${Object.keys(CancellationBehaviour)
    .map((name) => `'${name}'`)
    .join(', ')}`,
  flag: 'true or false',
  text: 'a text in single quotes',
  date: DATE_FORMS,
};

/**
 * Reads a value to compare a column of this kind with.
 *
 * @param zone where a date has no offset
 * @throws Refusal (invalid) where it is of another kind
 */
export function readOperand(kind: ColumnKind, token: Token, zone: Clock['zone']): Operand {
  const operand = READERS[kind](token, zone);
  if (operand === undefined) throw wrongAt(token.at, found(token), ACCEPTED[kind]);
  return operand;
}

type Reader = (token: Token, zone: Clock['zone']) => Operand | undefined;

const READERS: Readonly<Record<ColumnKind, Reader>> = {
  int: readInt,
  associate: readInt,
  state: (token) => readInt(token) ?? (token.type === 'text' ? stateNumber(token.value) : undefined),
  cancellation: (token) =>
    readInt(token) ?? (token.type === 'text' ? cancellationNumber(token.value) : undefined),
  flag: (token) => {
    if (token.type === 'text') return undefined;
    return { true: true, '1': true, false: false, '0': false }[token.value.toLowerCase()];
  },
  text: (token) => {
    if (token.type !== 'text') return undefined;
    checkText('A text of $filter', token.value, Number.POSITIVE_INFINITY);
    return token.value;
  },
  date: (token, zone) => (token.type === 'text' ? readDateLiteral(token.value, zone) : undefined),
};

/** The whole number of 32 bits that a token is, or `undefined`. */
export function readInt(token: Token): number | undefined {
  if (token.type !== 'number') return undefined;
  const value = Number(token.value);
  return Number.isInteger(value) && !token.value.includes('.') && value >= INT32_MIN && value <= INT32_MAX
    ? value
    : undefined;
}

function stateNumber(name: string): number | undefined {
  const state = parseState(name);
  return state === undefined || state === 'All' ? undefined : TaskState[state];
}

function cancellationNumber(text: string): number | undefined {
  for (const [name, number] of Object.entries(CancellationBehaviour)) {
    if (name.toLowerCase() === text.toLowerCase()) return number;
  }
  return undefined;
}
