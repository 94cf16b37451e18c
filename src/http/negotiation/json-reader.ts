import { type ParseError, parse } from 'jsonc-parser';
import { malformed, type Refusal } from '../../domain/errors.ts';
import { type Message, message } from '../../domain/message.ts';

/** How deep objects and lists, or elements, may stand in each other in a body. */
export const DEEPEST_NESTING = 64;

/**
 * Parses a body in JSON.
 *
 * @throws Refusal (malformed) with the position where it is not JSON, or nested too deep
 */
export function readJson(text: string): unknown {
  checkNesting(text);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw notJson(text, (error as Error).message);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Looks at brackets outside of strings only, so that nothing is built of a body that is refused. */
function checkNesting(text: string): void {
  if (text.length < 2 * DEEPEST_NESTING) return;
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isString = !isString;
    else if (isString) at += code === BACKSLASH ? 1 : 0;
    else if (OPENING.has(code)) {
      depth += 1;
      if (depth > DEEPEST_NESTING) {
        throw malformed`The body is nested deeper than ${DEEPEST_NESTING} levels at ${placeOf(text, at)}; less is accepted.`;
      }
    } else if (CLOSING.has(code)) depth -= 1;
  }
}

function notJson(text: string, reason: string): Refusal {
  const [, what = reason] = /^(.*?)(?: in JSON| after JSON)? at position \d+/.exec(reason) ?? [];
  return malformed`The body is not ${'JSON'}: ${what} at ${placeOf(text, positionOf(text, reason))}.`;
}

/** Where JSON.parse stumbled. It says so in its message, except for unexpected tokens and the end. */
function positionOf(text: string, reason: string): number {
  const said = /at position (\d+)/.exec(reason)?.[1];
  if (said !== undefined) return Number(said);
  if (reason.includes('end of JSON')) return text.length;
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  return errors[0]?.offset ?? 0;
}

/** A position for people: counted from 0, and line and column from 1. */
function placeOf(text: string, position: number): Message {
  const before = text.slice(0, position).split('\n');
  return message`position ${position} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
