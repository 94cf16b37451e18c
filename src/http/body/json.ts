import JSON5 from 'json5';
import { invalid, malformed, type RequestError } from '../../core/errors.ts';
import { type Message, type MessageValue, message } from '../../core/message.ts';

/** The maximum nesting depth of objects and lists, or of elements, in a body. */
export const MAX_NESTING = 64;

/** The lenient parser is slow, so longer texts must be strict JSON. In UTF-16 code units. */
const MAX_LENIENT_LENGTH = 1_048_576;

/**
 * Parses a body in JSON: strictly first, then with the extensions of Newtonsoft that clients use (contract, section 4):
 * unquoted names, single quotes, comments and trailing commas.
 *
 * Both parsers are iterative, so no input overflows the call stack. The depth is checked on the parsed value.
 *
 * @throws RequestError (malformed) with the position if it is neither, or is nested too deep; (invalid) if it has a number
 *   that JavaScript can't represent exactly
 */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = parseLeniently(text);
    checkValue(value, 0, refuseNumber);
    return value;
  }
  return checkParsed(value, text);
}

/**
 * Parses a text in strict JSON.
 *
 * @throws SyntaxError if it is not JSON; RequestError like `readJson`
 */
export function readStrictJson(text: string): unknown {
  return checkParsed(JSON.parse(text), text);
}

/** Checks a value that the strict parser returned for this text. */
function checkParsed(value: unknown, text: string): unknown {
  let hasLargeNumber = false;
  checkValue(value, 0, () => {
    hasLargeNumber = true;
  });
  if (hasLargeNumber) checkNumbers(text);
  return value;
}

/** A syntax error of JSON5. Lines start at 1; columns start at 0 for a line break and otherwise at 1. */
interface Json5Error extends SyntaxError {
  readonly lineNumber: number;
  readonly columnNumber: number;
}

function parseLeniently(text: string): unknown {
  // JSON5 logs a warning to the console for each line separator in a string.
  if (text.length > MAX_LENIENT_LENGTH || /[\u2028\u2029]/.test(text))
    throw malformed`The body is not ${'JSON'}, and has more than ${MAX_LENIENT_LENGTH} characters or a line separator (U+2028, U+2029), so it is not read leniently; strict JSON is accepted.`;
  try {
    return JSON5.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw notJson(text, error as Json5Error);
  }
}

function notJson(text: string, { message: problem, lineNumber, columnNumber }: Json5Error): RequestError {
  const what = problem.replace(/^JSON5: /, '').replace(/ at \d+:\d+$/, '');
  let position = 0;
  for (let line = 1; line < lineNumber; line += 1) position = text.indexOf('\n', position) + 1;
  position += columnNumber - 1;
  return malformed`The body is not ${'JSON'}: ${what} at ${placeOf(text, position)}.`;
}

/** Formats a position, which starts at 0, with its line and column, which start at 1. */
function placeOf(text: string, position: number): Message {
  const before = text.slice(0, position).split('\n');
  return message`position ${position} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Checks the depth of a parsed value. Reports numbers beyond the range of exact integers. */
function checkValue(value: unknown, depth: number, onLargeNumber: (number: number) => void): void {
  if (typeof value === 'number') {
    // Also true for NaN, which JSON5 accepts.
    if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) onLargeNumber(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_NESTING)
    throw malformed`The body is nested deeper than ${MAX_NESTING} levels; less is accepted.`;
  for (const inner of Array.isArray(value) ? value : Object.values(value))
    checkValue(inner, depth + 1, onLargeNumber);
}

/** Rejects numbers that would lose digits. Only those with an exponent may be rounded. */
function checkNumbers(text: string): void {
  // TypeScript's types lack the third argument of revivers (ES2025).
  const reviver = (_name: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
      const source = context?.source ?? String(value);
      if (!Number.isFinite(value)) refuseNumber(source);
      const digits = /^(-?\d+)(?:\.0*)?$/.exec(source)?.[1];
      const isExact = digits === undefined ? /e/i.test(source) : digits === String(value);
      if (!isExact) refuseNumber(source);
    }
    return value;
  };
  JSON.parse(text, reviver);
}

function refuseNumber(number: number | string): never {
  const shown: MessageValue = String(number).slice(0, 40);
  throw invalid`The body has the number ${shown}, which can't be represented exactly; whole numbers up to ${String(Number.MAX_SAFE_INTEGER)} are accepted, and larger ones as text.`;
}
