import { setImmediate as nextTurn } from 'node:timers/promises';
import { malformed, oversized, RequestError } from '../../core/errors.ts';
import { type Message, message } from '../../core/message.ts';
import { readStrictJson } from './json.ts';

/** The media types of JSON Lines. */
export const JSON_LINES_TYPES = ['application/x-ndjson', 'application/jsonl'] as const;

/** Which lines are accepted, and how they are numbered. */
export interface LineOptions {
  /** Maximum number of lines that are not blank. */
  readonly maxLines: number;
  /** Maximum length of a line, in UTF-16 code units. */
  readonly maxLength: number;
  /** The number of the first line, for messages. */
  readonly firstLine: number;
}

/** A value and the number of its line. */
interface Line {
  readonly number: number;
  readonly value: unknown;
}

/** Maximum number of lines that are parsed before pending requests are processed. */
const MAX_PER_TURN = 500;
/** Maximum length of a parser's message that is repeated. */
const MAX_REASON_LENGTH = 120;

/**
 * Parses JSON Lines: strict JSON on each line, which ends in LF or CRLF. Ignores blank lines, but counts them.
 *
 * @throws RequestError (malformed) with the line if it is not JSON, or is nested too deep; (oversized) if there are too many
 *   lines, or one is too long
 */
export async function readJsonLines(
  text: string,
  { maxLines, maxLength, firstLine }: LineOptions,
): Promise<Line[]> {
  const lines: Line[] = [];
  let number = firstLine;
  for (let from = 0; from < text.length; number += 1) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end === -1 ? text.length : end);
    from += line.length + 1;
    if ((number - firstLine) % MAX_PER_TURN === MAX_PER_TURN - 1) await nextTurn();
    if (line.trim() === '') continue;
    if (lines.length === maxLines)
      throw oversized`The body has more than ${maxLines} lines; at most ${maxLines} are accepted in one call.`;
    if (line.length > maxLength)
      throw oversized`Line ${number} is ${line.length} characters long; at most ${maxLength} are accepted.`;
    lines.push({ number, value: readLine(line, number) });
  }
  return lines;
}

/** The place of a line, for messages. */
export function lineOf(number: number): Message {
  return message`Line ${number}`;
}

function readLine(line: string, number: number): unknown {
  try {
    return readStrictJson(line);
  } catch (error) {
    if (error instanceof RequestError)
      throw new RequestError(error.kind, message`${lineOf(number)}: ${error.text}`);
    const reason = (error as Error).message.replace(/ \(line 1 column \d+\)$/, '');
    throw malformed`Line ${number} is not JSON (${reason.slice(0, MAX_REASON_LENGTH)}); a JSON object is accepted on each line.`;
  }
}
