import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listed, Message, message, messageOf, plainOf, revived, storable } from './message.ts';

test('the string of a message is its English text with the values filled in', () => {
  expect(String(message`${1} of ${message`<${'a'}>`} and ${new Date(0)}`)).toBe(
    '1 of <a> and 1970-01-01T00:00:00.000Z',
  );
  expect(String(new Message('{1}{0}{2}', ['a', 'b']))).toBe('ba{2}');
  expect(String(listed([message`a`, 'b', 3], '; '))).toBe('a; b; 3');
});

test('a placeholder in a value is not replaced', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => String(message`${a}-${`{0}${b}`}`) === `${a}-{0}${b}`),
  );
});

test('a message survives a round trip through JSON', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.date({ noInvalidDate: true }),
  );
  fc.assert(
    fc.property(value, value, (a, b) => {
      const made = message`${a} in ${message`<${b}>`}`;
      expect(String(revived(JSON.parse(JSON.stringify(made))))).toBe(String(made));
    }),
  );
});

test('NUL and lone surrogates are replaced, also in nested values', () => {
  expect(storable('a\0\ud800')).toBe('a\uFFFD\uFFFD');
  const kept = storable(message`${'\0'} ${message`${'\udfff'}`} ${Number.NaN}`);
  expect(JSON.parse(JSON.stringify(kept))).toEqual({
    template: '{0} {1} {2}',
    values: ['\uFFFD', { template: '{0}', values: ['\uFFFD'] }, 'NaN'],
  });
});

test('a plain text is stored without a message', () => {
  expect([plainOf('x'), messageOf('x')]).toEqual(['x', null]);
  expect([plainOf(null), messageOf(null)]).toEqual([null, null]);
  expect(plainOf(message`x ${1}`)).toBe('x 1');
});
