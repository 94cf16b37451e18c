import { invalid } from './errors.ts';
import { storable, type Text } from './message.ts';

/** Maximum length of a Result, in UTF-16 code units; longer ones are truncated. */
export const MAX_RESULT_LENGTH = 1_048_576;
/** Maximum length of an error's text, in UTF-16 code units; longer ones are truncated. */
export const MAX_ERROR_LENGTH = 65_536;
/** Maximum length of a checkpoint as JSON, in UTF-16 code units; longer ones are rejected. */
export const MAX_CHECKPOINT_LENGTH = 1_048_576;
/** Maximum length of a line in a task's log, in UTF-16 code units; longer ones are truncated. */
export const MAX_LOG_LINE_LENGTH = 4000;

/** Any escape in JSON; escapes of characters that jsonb or UTF-8 can't store are matched whole. */
const JSON_ESCAPE = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g;
const UNSTORABLE_ESCAPE = /^\\u(?:0000|d)/;

/**
 * Makes a text storable: NUL and lone surrogates become U+FFFD, and a text over the limit is truncated, with a note of both
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
 * Serializes a checkpoint as JSON. NUL and lone surrogates in its texts become U+FFFD.
 *
 * @throws RequestError (invalid) if the value is not JSON or is too long
 */
export function checkpointJson(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw invalid`The checkpoint can't be serialized as JSON: ${problemOf(error)}.`;
  }
  if (json === undefined)
    throw invalid`The checkpoint can't be serialized as JSON: ${`it is ${nounOf(value)}`}.`;
  if (json.length > MAX_CHECKPOINT_LENGTH)
    throw invalid`The checkpoint is ${json.length} characters of JSON; at most ${MAX_CHECKPOINT_LENGTH} are accepted.`;
  return json.replace(JSON_ESCAPE, (found) => (UNSTORABLE_ESCAPE.test(found) ? '\\ufffd' : found));
}

/** Returns the type of a value with its article, for messages: `a function`, `undefined`, `an object`. */
export function nounOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** Returns the message of an error without a full stop. Never throws, even if the error's own code does. */
export function problemOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error);
    return storable(String(text)).slice(0, 500).replace(/\.$/, '');
  } catch {
    return 'its own code throws an error without a text';
  }
}
