import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLanguageCode } from '../../core/language.ts';
import { languagesOf } from './culture.ts';

const asked = (soLanguage?: string, acceptLanguage?: string) =>
  languagesOf({
    ...(soLanguage === undefined ? {} : { 'so-language': soLanguage }),
    ...(acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage }),
  });

describe('the requested languages', () => {
  test.each([
    [undefined, 'nb', ['nb', 'en']],
    [undefined, 'nb-NO', ['nb-no', 'nb', 'en']],
    [undefined, 'no', ['nb', 'en']],
    [undefined, 'sv;q=0.5, de;q=0.9', ['de', 'sv', 'en']],
    [undefined, 'en-GB,en;q=0.9,nb;q=0.8', ['en-gb', 'en', 'nb']],
    [undefined, 'nb, sv;q=0', ['nb', 'en']],
    [undefined, 'nb, *;q=0.5', ['nb', 'en']],
    ['nb', 'sv', ['nb', 'en']],
    ['NN', undefined, ['nn', 'nb', 'en']],
    // Browsers write these headers: malformed items are ignored.
    [undefined, 'nb, ???, 1, -, sv;q=x, de', ['nb', 'de', 'en']],
    [undefined, 'zh-Hant-TW', ['zh-tw', 'zh', 'en']],
    // The samples of the contract, section 5.
    [undefined, 'sv', ['sv', 'en']],
    ['fr,de,ru,zh', undefined, ['fr', 'de', 'ru', 'zh', 'en']],
    ['en-us; en-gb', 'nb', ['en-us', 'en']],
  ])('SO-Language %j, Accept-Language %j: %j', (soLanguage, acceptLanguage, languages) => {
    expect(asked(soLanguage, acceptLanguage)).toEqual(languages);
  });

  test.each([
    [undefined, undefined],
    ['', 'nb'],
    [' ', 'nb'],
    ['*', 'nb'],
    ['x', 'nb'],
    ['X', undefined],
    [undefined, ''],
    [undefined, '*'],
    [undefined, '*;q=0.8, nb;q=0.5'],
    [undefined, '???'],
    ['not a language', 'nb'],
    ['-', 'nb'],
    [undefined, '-'],
  ])('SO-Language %j, Accept-Language %j: none', (soLanguage, acceptLanguage) => {
    expect(asked(soLanguage, acceptLanguage)).toBeUndefined();
  });

  test('any header is parsed without an error, and long ones in bounded time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (header) => {
        const languages = asked(header);
        for (const code of languages ?? []) expect(readLanguageCode(code)).toBe(code);
      }),
    );
    expect(asked('nb,'.repeat(100_000))).toEqual(['nb', 'en']);
    expect(asked(`nb;${'a="'.repeat(100_000)}`)?.length ?? 0).toBeLessThan(50);
  });
});
