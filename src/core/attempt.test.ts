import { expect, test } from 'vitest';
import { type AttemptError, boundedError, MAX_ATTEMPT_ERROR_LENGTH } from './attempt.ts';

const error = (message: string, more: Partial<AttemptError> = {}): AttemptError => ({
  class: 'Error',
  message,
  stack: null,
  ...more,
});

test('an error within the limits is kept as it is', () => {
  const one = error('a', { stack: '    at b', cause: error('c', { errors: [error('d'), error('e')] }) });
  expect(boundedError(one)).toEqual(one);
});

test('texts that no column can hold are mended', () => {
  expect(boundedError(error('a\u0000b\uD800', { stack: '\uDC00' }))).toEqual(
    error('a\uFFFDb\uFFFD', { stack: '\uFFFD' }),
  );
});

test('a long message is cut with its length, and its cause is still there', () => {
  const cut = boundedError(error('x'.repeat(2_000_000), { cause: error('why') }));
  expect(cut.message).toMatch(/^x+ … \(cut: 2000000 characters\)$/);
  expect(cut.cause).toEqual(error('why'));
});

test('too many errors, and causes that are too deep, leave a note', () => {
  const many = boundedError(error('all', { errors: Array.from({ length: 50 }, () => error('one')) }));
  expect(many.errors).toHaveLength(20);
  expect(many.message).toBe('all (30 of 50 errors omitted)');
  let deep = error('root');
  for (let level = 0; level < 40; level += 1) deep = error(`level ${level}`, { cause: deep });
  const messages: string[] = [];
  for (let one: AttemptError | undefined = boundedError(deep); one !== undefined; one = one.cause)
    messages.push(one.message);
  expect(messages).toHaveLength(9);
  expect(messages.at(-1)).toBe('level 31 (causes omitted)');
});

test('no error is longer than the limit, however wide and deep', () => {
  const tree = (depth: number): AttemptError =>
    error('m'.repeat(100_000), {
      stack: 's'.repeat(100_000),
      errors: depth === 0 ? [] : Array.from({ length: 5 }, () => tree(depth - 1)),
    });
  const length = (one: AttemptError): number =>
    one.message.length + (one.stack?.length ?? 0) + (one.errors ?? []).reduce((sum, n) => sum + length(n), 0);
  expect(length(boundedError(tree(4)))).toBeLessThan(MAX_ATTEMPT_ERROR_LENGTH * 1.2);
});
