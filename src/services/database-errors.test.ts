import { expect, test } from 'vitest';
import { RequestError } from '../core/errors.ts';
import { toRequestError } from './database-errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('from the database'), { code });

test.each([
  ['ECONNREFUSED', false, 'The database is unreachable', 2],
  ['25006', false, 'The database is unreachable', 2],
  ['25006', true, 'The disk of the database is full', 60],
  ['53100', false, 'The disk of the database is full', 60],
  ['40001', false, 'Too many concurrent changes', 2],
  ['2200H', false, 'All ids are used up', 3600],
])('%s (embedded: %s) can be tried again', (code, isEmbedded, text, retryAfter) => {
  const error = toRequestError(withCode(code), isEmbedded);
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining(text),
    retryAfter,
  });
});

test('an error of a statement stays as it is', () => {
  const error = withCode('42P01');
  expect(toRequestError(error, false)).toBe(error);
});
