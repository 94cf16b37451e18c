import { Message, message, type Text } from '../core/message.ts';
import type { RunOutcome } from '../core/run-outcome.ts';
import { boundedText, MAX_RESULT_LENGTH, nounOf, problemOf } from '../core/run-texts.ts';
import { failureText, isA, isPermanent } from './failure-text.ts';

/**
 * The outcome of a run that returned: its Result is a string or a `Message` unchanged, anything else as JSON, cut to
 * `MAX_RESULT_LENGTH`. The run fails for good if JSON can't hold the value: another run would return the same.
 * Never throws.
 */
export function returnedOutcome(value: unknown): RunOutcome {
  try {
    return { kind: 'returned', result: boundedText(textOf(value), MAX_RESULT_LENGTH) };
  } catch (error) {
    const problem = problemOf(error);
    return {
      kind: 'failed',
      message: message`The run returned a value that can't be stored as its result: ${problem}.`,
      permanent: true,
    };
  }
}

/** The outcome of a run that threw. Never throws. */
export function failedOutcome(thrown: unknown): RunOutcome & { kind: 'failed' } {
  return { kind: 'failed', message: failureText(thrown), permanent: isPermanent(thrown) };
}

function textOf(value: unknown): Text {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || isA(value, Message)) return value;
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`JSON has no form for ${nounOf(value)}`);
  return json;
}
