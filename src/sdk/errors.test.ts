import { expect, test } from 'vitest';
import type { AttemptError } from '../core/attempt.ts';
import { message } from '../core/message.ts';
import { attemptErrorOf, PermanentError, withDescription } from './errors.ts';

class NoStock extends Error {}

function count(error: AttemptError): number {
  const nested = [...(error.cause === undefined ? [] : [error.cause]), ...(error.errors ?? [])];
  return nested.reduce((sum, one) => sum + count(one), 1);
}

test('class, message, frames, causes and combined errors', () => {
  const thrown = new NoStock('empty', {
    cause: new AggregateError([new RangeError('a'), 7], 'two', { cause: 'why' }),
  });
  expect(attemptErrorOf(thrown)).toMatchObject({
    class: 'NoStock',
    message: 'empty',
    stack: expect.stringMatching(/^ {4}at .*errors\.test\.ts/),
    cause: {
      class: 'AggregateError',
      cause: { class: null, message: 'why', stack: null },
      errors: [
        { class: 'RangeError', message: 'a' },
        { class: null, message: '7', stack: null },
      ],
    },
  });
});

test('a message is written in English', () => {
  expect(attemptErrorOf(new PermanentError(message`${2} of ${3} are there`))).toMatchObject({
    class: 'PermanentError',
    message: '2 of 3 are there',
  });
});

test('an error that stands for one of another thread is described by the original', () => {
  const original = { class: 'NoStock', message: 'there', stack: null };
  expect(attemptErrorOf(withDescription(new Error('here'), original))).toEqual(original);
});

test('an error that contains itself often is described within the limits', () => {
  const thrown = new AggregateError([], 'self');
  thrown.errors = Array.from({ length: 1000 }, () => thrown);
  thrown.cause = thrown;
  const error = attemptErrorOf(thrown);
  expect(error.message).toMatch(/^self \(980 of 1000 errors omitted\)/);
  expect(count(error)).toBeLessThanOrEqual(101);
});

test.each([
  [
    'a getter that throws',
    Object.defineProperty(new Error('x'), 'stack', {
      get: () => {
        throw new Error('no');
      },
    }),
  ],
  [
    'a Proxy',
    new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no');
      },
    }),
  ],
  ['nothing', undefined],
  ['a symbol', Symbol('s')],
])('%s never throws', (_, thrown) => {
  expect(attemptErrorOf(thrown).message).toEqual(expect.any(String));
});
