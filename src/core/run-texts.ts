import { invalid } from './errors.ts';
import { storable, type Text } from './message.ts';

/** The longest Result of a run, in UTF-16 code units; a longer one is cut. */
export const MAX_RESULT_LENGTH = 1_048_576;
/** The longest text of an error, in UTF-16 code units; a longer one is cut. */
export const MAX_ERROR_LENGTH = 65_536;
/** The longest checkpoint as JSON, in UTF-16 code units; a longer one is refused. */
export const MAX_CHECKPOINT_LENGTH = 1_048_576;
/** The longest line of a task's log, in UTF-16 code units; a longer one is cut. */
export const MAX_LOG_LINE_LENGTH = 4000;

/** What may follow a backslash in JSON: characters that jsonb or UTF-8 can't hold, or any other escape. */
const JSON_ESCAPE = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g;
const UNSTORABLE_ESCAPE = /^\\u(?:0000|d)/;

/**
 * Makes a text storable: NUL and lone surrogates become U+FFFD, and a text over the limit is cut, with a note of both
 * lengths at its end.
 */
export function boundedText(text: Text, limit: number): Text {
  const plain = String(text);
  if (plain.length <= limit) return storable(text);
  const note = ` … (cut: ${plain.length} characters, at most ${limit} are kept)`;
  // Does not split a surrogate pair.
  const kept = plain.slice(0, limit - note.length).replace(/[\uD800-\uDBFF]$/, '');
  return storable(kept) + note;
}

/**
 * Serializes a checkpoint as JSON; in its texts, NUL and lone surrogates become U+FFFD.
 *
 * @throws RequestError (invalid) if the value is not JSON or is too long
 */
export function checkpointJson(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw invalid`The checkpoint can't be written as JSON: ${problemOf(error)}.`;
  }
  if (json === undefined)
    throw invalid`The checkpoint can't be written as JSON: ${`it is ${nounOf(value)}`}.`;
  if (json.length > MAX_CHECKPOINT_LENGTH)
    throw invalid`The checkpoint is ${json.length} characters of JSON; at most ${MAX_CHECKPOINT_LENGTH} are accepted.`;
  return json.replace(JSON_ESCAPE, (found) => (UNSTORABLE_ESCAPE.test(found) ? '\\ufffd' : found));
}

/** The type of a value in words, for a message: `a function`, `undefined`, `an object`. */
export function nounOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** The message of an error that a value's own code may have thrown, without a full stop. */
export function problemOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error);
    return storable(String(text)).slice(0, 500).replace(/\.$/, '');
  } catch {
    return 'its own code throws an error that has no text';
  }
}
