import { expect, test } from 'vitest';
import { invalid } from '../core/errors.ts';
import { message } from '../core/message.ts';
import {
  checkpointJson,
  MAX_CHECKPOINT_LENGTH,
  MAX_ERROR_LENGTH,
  MAX_RESULT_LENGTH,
} from '../core/run-outcome.ts';
import { loggableError, PermanentError, RunEnded, TaskError } from './errors.ts';
import { failedOutcome, RunHandle, returnedOutcome } from './run-handle.ts';

test('the signal is aborted on cancellation, even if it is first read afterwards', () => {
  const early = new RunHandle(100);
  expect(early.signal.aborted).toBe(false);
  early.cancel('stopped');
  expect(early.signal.reason).toEqual(new RunEnded('stopped'));
  const late = new RunHandle(100);
  late.cancel('shutdown');
  expect(late.signal.reason).toEqual(new RunEnded('shutdown'));
});

test('listeners are called once, at once if the run is already canceled, and not after their removal', () => {
  const control = new RunHandle(100);
  const called: string[] = [];
  control.onCancel(() => called.push('stays'));
  const remove = control.onCancel(() => called.push('removed'));
  remove();
  control.cancel('stopped');
  control.cancel('shutdown');
  control.onCancel(() => called.push('late'));
  expect(called).toEqual(['stays', 'late']);
});

test('the first reason is kept, except that a lost lease replaces it', () => {
  const control = new RunHandle(100);
  control.cancel('stopped');
  control.cancel('shutdown');
  expect(control.cancelReason).toBe('stopped');
  control.cancel('lost');
  control.cancel('waiting');
  expect(control.cancelReason).toBe('lost');
});

/** Wraps values in functions, because Vitest inspects table values for titles, and reading these throws. */
const hidden = <T extends unknown[]>(rows: [string, unknown, ...T][]) =>
  rows.map(([title, value, ...rest]): [string, () => unknown, ...T] => [title, () => value, ...rest]);

const fails = (): never => {
  throw new Error('its own code throws');
};
const hostile = new Proxy({}, { get: fails, getPrototypeOf: fails, ownKeys: fails, has: fails });
const hostileError = new Proxy(new Error('inside'), { get: fails, getPrototypeOf: fails });
const circular: Record<string, unknown> = { name: 'loop' };
circular.self = circular;
class UnreadableError extends Error {
  override get message(): string {
    return fails();
  }
}
const nested = (depth: number): Error =>
  depth === 0 ? new Error('the root') : new Error(`level ${depth}`, { cause: nested(depth - 1) });
const selfCaused = new Error('in a circle');
selfCaused.cause = selfCaused;

test.each(
  hidden<[RegExp]>([
    ['a string', 'no luck', /^no luck$/],
    ['undefined', undefined, /^undefined$/],
    ['a BigInt', 10n, /^10n$/],
    ['a symbol', Symbol('s'), /^Symbol\(s\)$/],
    ['a function', fails, /^\[Function: fails\]$/],
    ['an object', { code: 5, reason: 'closed' }, /^\{ code: 5, reason: 'closed' \}$/],
    [
      'an object with a throwing getter',
      {
        a: 1,
        get b() {
          return fails();
        },
      },
      /a: 1, b: \[Getter\]/,
    ],
    ['an object with a throwing toString', { toString: fails, a: 1 }, /a: 1/],
    ['an object with a throwing toJSON', { toJSON: fails, a: 1 }, /a: 1/],
    ['a circular object', circular, /name: 'loop', self: \[Circular/],
    ['a Proxy that throws', hostile, /^Proxy/],
    ['a Proxy of an error that throws', hostileError, /^Proxy.*inside/s],
    ['an error', new Error('no luck'), /^no luck$/],
    ['an error without a message', new RangeError(), /^RangeError$/],
    ['an error with a number as its message', Object.assign(new Error(), { message: 5 }), /^Error: 5$/],
    [
      'an error with an object as its message',
      Object.assign(new Error(), { message: { a: 1 } }),
      /^Error: \{ a: 1 \}$/,
    ],
    ['an error whose message throws', new UnreadableError(), /^Error, whose message can't be read$/],
    [
      'a cause',
      new Error('fetch failed', { cause: new Error('refused') }),
      /^fetch failed \(caused by: refused\)$/,
    ],
    [
      'a cause that is no error',
      new Error('failed', { cause: { code: 7 } }),
      /^failed \(caused by: \{ code: 7 \}\)$/,
    ],
    [
      'a cause that the message repeats',
      new Error('failed: refused', { cause: new Error('refused') }),
      /^failed: refused$/,
    ],
    [
      'causes of causes',
      nested(3),
      /^level 3 \(caused by: level 2 \(caused by: level 1 \(caused by: the root\)\)\)$/,
    ],
    ['a cause that is itself', selfCaused, /^in a circle$/],
    [
      'an AggregateError',
      new AggregateError([new Error('one'), 'two'], 'both failed'),
      /^both failed \(errors: one; two\)$/,
    ],
    [
      'an AggregateError of many',
      new AggregateError(Array.from({ length: 30 }, (_, n) => n)),
      /; 19; and 10 more\)$/,
    ],
    ['a TaskError', new TaskError(message`${3} of ${5} rows`), /^3 of 5 rows$/],
    ['a message with a value of another type', new TaskError(message`${10n as never} rows`), /^10 rows$/],
    ['a RequestError', invalid`Id is ${5}.`, /^Id is 5\.$/],
    ['NUL and a lone surrogate', new Error('a\u0000b\uD800'), /^a\uFFFDb\uFFFD$/],
  ]),
)('failedOutcome describes %s', (_, take, text) => {
  const thrown = take();
  const outcome = failedOutcome(thrown);
  expect(String(outcome.message)).toMatch(text);
  expect(String(outcome.message).isWellFormed()).toBe(true);
  expect(() => JSON.stringify(loggableError(thrown).message)).not.toThrow();
});

test.each(
  hidden<[boolean]>([
    ['a PermanentError', new PermanentError('x'), true],
    ['a RequestError', invalid`x`, true],
    ['a TaskError', new TaskError('x'), false],
    ['an error', new Error('x'), false],
    ['a Proxy that throws', hostileError, false],
  ]),
)('failedOutcome says whether %s is permanent', (_, take, permanent) => {
  expect(failedOutcome(take()).permanent).toBe(permanent);
});

test('a Message with a cause stays translatable', () => {
  const { message: text } = failedOutcome(
    new PermanentError(message`${3} rows`, { cause: new Error('why') }),
  );
  expect(text).toEqual(message`${message`${3} rows`} (${'caused by: why'})`);
});

test.each(
  hidden<[unknown]>([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['a string', 'done', 'done'],
    ['an object', { sent: 5 }, '{"sent":5}'],
    ['NUL and a lone surrogate', 'a\u0000b\uDC00', 'a\uFFFDb\uFFFD'],
    ['a message with a value of another type', message`${10n as never} rows`, message`${'10'} rows`],
  ]),
)('a run that returns %s succeeds', (_, take, result) => {
  expect(returnedOutcome(take())).toEqual({ kind: 'returned', result });
});

test.each(
  hidden<[RegExp]>([
    ['a BigInt', 10n, /BigInt/],
    ['a BigInt inside', { rows: 10n }, /BigInt/],
    ['a symbol', Symbol('s'), /JSON has no form for a symbol/],
    ['a function', fails, /JSON has no form for a function/],
    ['a circular object', circular, /circular/],
    ['a Proxy that throws', hostile, /its own code throws/],
    ['a throwing toJSON', { toJSON: fails }, /its own code throws/],
    [
      'a throwing getter',
      {
        get a() {
          return fails();
        },
      },
      /its own code throws/,
    ],
    [
      'toJSON that throws what throws',
      {
        toJSON: () => {
          throw hostile;
        },
      },
      /its own code throws/,
    ],
  ]),
)('a run that returns %s fails permanently, with the reason', (_, take, reason) => {
  const outcome = returnedOutcome(take());
  expect(outcome).toMatchObject({ kind: 'failed', permanent: true });
  expect(String((outcome as { message: unknown }).message)).toMatch(reason);
});

test('long results and errors are truncated, with a note of both lengths', () => {
  const result = String((returnedOutcome('x'.repeat(5_000_000)) as { result: unknown }).result);
  expect(result).toHaveLength(MAX_RESULT_LENGTH);
  expect(result).toMatch(/x … \(cut: 5000000 characters, at most 1048576 are kept\)$/);
  const error = String(failedOutcome(new Error('😀'.repeat(2_500_000))).message);
  expect(error.length).toBeGreaterThan(MAX_ERROR_LENGTH - 2);
  expect(error).toMatch(/😀 … \(cut: 5000000 characters, at most 65536 are kept\)$/);
  const long = failedOutcome(new PermanentError(message`${'y'.repeat(70_000)}`));
  expect(String(long.message)).toHaveLength(MAX_ERROR_LENGTH);
});

test.each<[unknown, string]>([
  [{ text: 'a\u0000b' }, '{"text":"a\\ufffdb"}'],
  [{ 'k\u0000': '\uD800' }, '{"k\\ufffd":"\\ufffd"}'],
  ['\\u0000', '"\\\\u0000"'],
  ['\\\u0000', '"\\\\\\ufffd"'],
  ['\u{1F600}', '"\u{1F600}"'],
])('the checkpoint %j becomes JSON that jsonb accepts', (value, json) => {
  expect(checkpointJson(value)).toBe(json);
});

test.each(
  hidden<[RegExp]>([
    ['a BigInt', 10n, /BigInt/],
    ['undefined', undefined, /it is undefined/],
    ['a function', fails, /it is a function/],
    ['a circular object', circular, /circular/],
    [
      'a long text',
      'x'.repeat(MAX_CHECKPOINT_LENGTH),
      /is 1048578 characters of JSON; at most 1048576 are accepted/,
    ],
  ]),
)('a checkpoint that is %s is rejected', (_, take, reason) => {
  expect(() => checkpointJson(take())).toThrow(reason);
});
