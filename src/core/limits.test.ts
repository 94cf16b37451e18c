import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RequestError } from './errors.ts';
import { checkText } from './limits.ts';

test('a text of the maximum length is accepted, a longer one is rejected with both lengths', () => {
  expect(() => checkText('Description', 'x'.repeat(254), 254)).not.toThrow();
  expect(() => checkText('Description', 'x'.repeat(255), 254)).toThrow(
    'Description is 255 characters long; at most 254 are accepted.',
  );
});

test('length counts UTF-16 code units, as .NET does', () => {
  expect(() => checkText('Request', '😀'.repeat(127), 254)).not.toThrow();
  expect(() => checkText('Request', '😀'.repeat(128), 254)).toThrow('256');
});

test('NUL and lone surrogates are rejected', () => {
  expect(() => checkText('Response', 'a\u0000b', 254)).toThrow('NUL character at position 1');
  expect(() => checkText('Response', 'a\ud800b', 254)).toThrow('surrogate');
});

test('any well-formed text within the limit is accepted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
      fc.pre(!text.includes('\u0000') && text.length <= 254);
      expect(() => checkText('Description', text, 254)).not.toThrow();
    }),
  );
});

test('the error is of the kind invalid', () => {
  try {
    checkText('Description', 'xx', 1);
    expect.unreachable();
  } catch (error) {
    expect((error as RequestError).kind).toBe('invalid');
  }
});
