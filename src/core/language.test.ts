import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chooseText,
  fallbacks,
  parseMultiLanguageText,
  replaceReferences,
  writeMultiLanguageText,
} from './language.ts';

const parsed = (text: string) => {
  const texts = parseMultiLanguageText(text);
  return texts && Object.fromEntries(texts);
};

describe('multi-language values', () => {
  test.each([
    ['NO:"Leverandør";US:"Supplier"', { NO: 'Leverandør', US: 'Supplier' }],
    ['US:"Supplier"', { US: 'Supplier' }],
    ['US:"Supplier";', { US: 'Supplier' }],
    [' NO: "a" ; US : "b" ', { NO: 'a', US: 'b' }],
    ['US:"a ""quoted"" word"', { US: 'a "quoted" word' }],
    ['US:""', { US: '' }],
    ['US:"""";GE:"x"', { US: '"', GE: 'x' }],
    ['US:"a;NO:b"', { US: 'a;NO:b' }],
    ['US:"one\ntwo"', { US: 'one\ntwo' }],
    ['US:"first";US:"second"', { US: 'first' }],
    ['XX:"unknown";US:"known"', { XX: 'unknown', US: 'known' }],
  ])('%j is one', (text, texts) => {
    expect(parsed(text)).toEqual(texts);
  });

  test.each([
    '',
    ' ',
    'Supplier',
    'US:Supplier',
    'US:"Supplier',
    'US:"a"b"',
    'US:"a",NO:"b"',
    'US:"a" NO:"b"',
    'US:"a";;NO:"b"',
    ';US:"a"',
    'us:"a"',
    'USA:"a"',
    'See US:"a"',
    'US:"a" and more',
    'XX:"no language at all"',
    "US:'a'",
  ])('%j is an ordinary text', (text) => {
    expect(parsed(text)).toBeUndefined();
  });

  test('formatting and parsing are inverse for any texts', () => {
    const tag = fc.constantFrom('US', 'NO', 'SW', 'DA', 'GE', 'NL', 'FR', 'UK');
    const nasty = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('"', ';', ':', 'U', 'S', ' ', '\n') }),
    );
    fc.assert(
      fc.property(fc.dictionary(tag, nasty, { minKeys: 1, noNullPrototype: true }), (texts) => {
        expect(parsed(writeMultiLanguageText(new Map(Object.entries(texts))))).toEqual(texts);
      }),
    );
  });

  test('any text is parsed or left unchanged, in linear time', () => {
    const almost = fc.string({ unit: fc.constantFrom('U', 'S', 'N', 'O', ':', '"', ';', ' ', 'é') });
    fc.assert(
      fc.property(almost, (text) => {
        const texts = parseMultiLanguageText(text);
        if (texts !== undefined) {
          expect(parseMultiLanguageText(writeMultiLanguageText(texts))).toEqual(texts);
        }
      }),
    );
    expect(parseMultiLanguageText(`US:"${'""'.repeat(200_000)}`)).toBeUndefined();
    expect(parseMultiLanguageText('US:"a";'.repeat(50_000))?.size).toBe(1);
    expect(parseMultiLanguageText(' '.repeat(200_000))).toBeUndefined();
  });
});

describe('chooseText', () => {
  const texts = new Map([
    ['FR', 'fr'],
    ['NO', 'nb'],
    ['US', 'en'],
    ['UK', 'en-gb'],
    ['SW', 'sv'],
    ['DA', 'da'],
    ['GE', 'de'],
    ['NL', 'nl'],
  ]);

  test.each([
    ['en', 'en'],
    ['en-us', 'en'],
    ['en-gb', 'en-gb'],
    ['en-au', 'en'],
    ['en-no', 'en'],
    ['nb', 'nb'],
    ['nb-no', 'nb'],
    ['nn', 'nb'],
    ['sv-se', 'sv'],
    ['da', 'da'],
    ['de-at', 'de'],
    ['nl-be', 'nl'],
    ['fr-ca', 'fr'],
    ['fi', 'en'],
    ['xy', 'en'],
  ])('%s reads %s', (code, expected) => {
    expect(chooseText(texts, fallbacks([code]))).toBe(expected);
  });

  test('returns the first text if neither the language nor English is available', () => {
    expect(
      chooseText(
        new Map([
          ['SW', 'sv'],
          ['DA', 'da'],
        ]),
        fallbacks(['fr']),
      ),
    ).toBe('sv');
  });

  test('returns an empty text of the language', () => {
    expect(
      chooseText(
        new Map([
          ['NO', ''],
          ['US', 'en'],
        ]),
        fallbacks(['nb']),
      ),
    ).toBe('');
  });

  test('tries languages in the requested order, English last', () => {
    expect(fallbacks(['fi', 'sv-se', 'nn'])).toEqual(['fi', 'sv-se', 'sv', 'nn', 'nb', 'en']);
    expect(fallbacks(['en', 'nb'])).toEqual(['en', 'nb']);
  });
});

test('known references are replaced anywhere in a text, unknown ones are kept', () => {
  const resource = (name: string) => ({ SR_A: 'a', SR_B_1: 'b [SR_A]' })[name];
  expect(replaceReferences('[SR_A]: [sr_b_1], [SR_C] [SR_A', resource)).toBe('a: b [SR_A], [SR_C] [SR_A');
  expect(replaceReferences('[SR_] [SR-A] SR_A [[SR_A]]', resource)).toBe('[SR_] [SR-A] SR_A [a]');
  fc.assert(fc.property(fc.string(), (text) => replaceReferences(text, () => undefined) === text));
});
