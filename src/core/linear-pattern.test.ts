import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinearPattern, PatternRefused, TextTooLong } from './linear-pattern.ts';

const matches = (pattern: string, text: string): boolean => new LinearPattern(pattern).test(text);

const CHARACTERS = [
  ...'aAzé_-.:[]/{}09 \t\n\r\v\f\b\0',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\u3000',
  '😀',
  '\x01',
];

test.each([
  String.raw`^\s$`,
  String.raw`^\S$`,
  String.raw`^[\s]$`,
  String.raw`^[^\s]$`,
  String.raw`^[\S]$`,
  String.raw`^[^\S]$`,
  '^.$',
  '^[.]$',
  '^[^]$',
  '^[]$',
  '^[a[]$',
  '^[^a[]$',
  String.raw`^[[:alpha:]\]$`,
  String.raw`^[\[\]]$`,
  String.raw`^\u00e9$`,
  String.raw`^\u{1F600}$`,
  String.raw`^\ud83d\ude00$`,
  String.raw`^[\u{1F600}-\u{1F64F}]$`,
  String.raw`^\cA$`,
  String.raw`^\0$`,
  String.raw`^\/$`,
  String.raw`^[\b]$`,
  String.raw`^\p{L}$`,
  String.raw`^\p{Lu}$`,
  String.raw`^\P{L}$`,
  String.raw`^\w$`,
  String.raw`^\W$`,
  String.raw`^\d$`,
  String.raw`^[\d\-]$`,
  String.raw`^\.$`,
  String.raw`^\{$`,
  '^(?<one>a|A)$',
  '^a{1}$',
  '^(?:)$',
])('%s matches the same texts as in JavaScript', (pattern) => {
  let expected: RegExp;
  try {
    expected = new RegExp(pattern, 'u');
  } catch {
    expect(() => new LinearPattern(pattern)).toThrow(PatternRefused);
    return;
  }
  for (const text of ['', ...CHARACTERS])
    expect([text, matches(pattern, text)]).toEqual([text, expected.test(text)]);
});

test('generated patterns match the same texts as in JavaScript', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', String.raw`\d`, String.raw`\s`, String.raw`\b`);
  const piece = fc
    .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{0,2}', '*?'))
    .map(([what, often]) => (what === String.raw`\b` ? what : what + often));
  const group = fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([parts, either]) => `(?:${parts.join(either ? '|' : '')})`);
  const pattern = fc
    .tuple(fc.boolean(), fc.array(fc.oneof(piece, group), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([start, parts, end]) => `${start ? '^' : ''}${parts.join('')}${end ? '$' : ''}`);
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (source, given) => {
      expect(matches(source, given)).toBe(new RegExp(source, 'u').test(given));
    }),
  );
});

test.each(['(', 'a**', '(?=a)', '(?!a)', '(?<=a)b', String.raw`(a)\1`, 'a{1001}', '((a{100}){100}){100}'])(
  '%s is refused',
  (pattern) => {
    expect(() => new LinearPattern(pattern)).toThrow(PatternRefused);
  },
);

test.each(['^(a+)+$', '(a|aa)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$', '^(.*?,){11}P'])(
  '%s ends, however long the text',
  (pattern) => {
    expect(matches(pattern, `${'a'.repeat(200_000)}!`)).toBe(false);
  },
);

test('a text that is too long for the size of its pattern is rejected', () => {
  expect(() => matches('^(?:.*a.{1000})$', 'a'.repeat(1_000_000))).toThrow(TextTooLong);
});
