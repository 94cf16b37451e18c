import { checkText, INT32_MAX, INT32_MIN } from '../limits.ts';
import { CancellationBehaviour } from '../task.ts';
import { parseState, STORED_STATES, TaskState } from '../task-state.ts';
import type { ColumnKind } from './columns.ts';
import { found, type Token, wrongAt } from './lexer.ts';
import { type Clock, DATE_FORMS, readDateLiteral, type TimeSpan } from './time-span.ts';

/** An operand: a number, a text, a flag, or the span of a date. */
export type Operand = number | string | boolean | TimeSpan;

/** The accepted values of each kind of column, for messages. */
export const ACCEPTED: Readonly<Record<ColumnKind, string>> = {
  int: 'a 32-bit integer',
  associate: "an associate's id",
  associateId: "an associate's id",
  state: `a state's number or one of ${STORED_STATES.map((name) => `'${name}'`).join(', ')}`,
  cancellation: `a number or one of ${Object.keys(CancellationBehaviour)
    .map((name) => `'${name}'`)
    .join(', ')}`,
  flag: 'true or false',
  restriction: 'true or false',
  text: 'a text in single quotes',
  date: DATE_FORMS,
};

/**
 * Parses an operand for a column of this kind. Numbers, flags and dates can be quoted, or encoded as by SuperOffice's
 * clients: `[I:3]`, `[F:3.0]`, `[D:2014-09-13]`, `[DT:2014-09-13T12:30:00]`.
 *
 * @param zone the zone of dates without an offset
 * @throws RequestError (invalid) if it is of another kind
 */
export function readOperand(kind: ColumnKind, token: Token, zone: Clock['zone']): Operand {
  const operand = operandOf(kind, token, zone);
  if (operand === undefined) throw wrongAt(token.at, found(token), ACCEPTED[kind]);
  return operand;
}

/** Parses an operand as `readOperand` does; `undefined` if it is of another kind. */
export function operandOf(kind: ColumnKind, token: Token, zone: Clock['zone']): Operand | undefined {
  return READERS[kind](token, zone);
}

type Reader = (token: Token, zone: Clock['zone']) => Operand | undefined;

const READERS: Readonly<Record<ColumnKind, Reader>> = {
  int: readInt,
  associate: readInt,
  associateId: readInt,
  state: (token) => readInt(token) ?? (token.type === 'text' ? stateNumber(token.value) : undefined),
  cancellation: (token) =>
    readInt(token) ?? (token.type === 'text' ? cancellationNumber(token.value) : undefined),
  flag: readFlag,
  restriction: readFlag,
  text: (token) => {
    if (token.type !== 'text') return undefined;
    checkText('A text of $filter', token.value, Number.POSITIVE_INFINITY);
    return token.value;
  },
  date: (token, zone) => {
    const encoded = decode(token);
    if (encoded === undefined) return token.type === 'text' ? readDateLiteral(token.value, zone) : undefined;
    return /^DT?$/.test(encoded.type) ? readDateLiteral(isoOf(encoded.value), zone) : undefined;
  },
};

/** Parses a token as a 32-bit integer; `undefined` if it is not one. */
export function readInt(token: Token): number | undefined {
  const encoded = decode(token);
  if (encoded !== undefined) return encoded.type.startsWith('D') ? undefined : wholeNumber(encoded.value);
  if (token.type !== 'number' && token.type !== 'text') return undefined;
  return token.value.includes('.') ? undefined : wholeNumber(token.value);
}

function wholeNumber(text: string): number | undefined {
  if (!/^\s*[+-]?\d{1,10}(?:\.0+)?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return value >= INT32_MIN && value <= INT32_MAX ? value : undefined;
}

/** Parses a token as a flag; `undefined` if it is not one. */
export function readFlag(token: Token): boolean | undefined {
  const text = decode(token)?.value ?? token.value;
  return FLAGS.get(text.trim().toLowerCase());
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Decodes an encoded value, which can be quoted; `undefined` if it is not encoded. */
function decode({ type, value }: Token): { type: string; value: string } | undefined {
  if (type !== 'encoded' && type !== 'text') return undefined;
  const [, encoding, content] = /^\[(I|D|DT|F):([^\]]*)\]$/i.exec(value) ?? [];
  return encoding === undefined ? undefined : { type: encoding.toUpperCase(), value: content ?? '' };
}

/** Converts an encoded date to ISO 8601. .NET's invariant culture writes `09/13/2014 12:30:00.0000000`. */
function isoOf(text: string): string {
  return text.trim().replace(/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, '$3-$1-$2');
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
