import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTimeZone, UTC } from '../../core/time-zone.ts';
import { Culture, readCulture } from './culture.ts';
import { readTimeZoneHeader } from './times.ts';

const OSLO = findTimeZone('NO') ?? UTC;

describe('SO-TimeZone', () => {
  test.each([
    [undefined, 'UTC', false],
    ['', 'UTC', false],
    [' , ', 'UTC', false],
    ['NO', 'NO', false],
    ['261', 'NO', false],
    ['us-ny', 'US-NY', false],
    ['US-NY,includeTZOffset', 'US-NY', true],
    ['US-NY, includeTZOffset', 'US-NY', true],
    ['includetzoffset , 460', 'US-NY', true],
    ['includeTZOffset', 'UTC', true],
    ['includeTZOffset, includeTZOffset', 'UTC', true],
    ['Europe/Oslo, INCLUDETZOFFSET', 'Europe/Oslo', true],
  ])('%j is the time zone %s, with offsets: %s', (header, code, includeOffset) => {
    const choice = readTimeZoneHeader(header, UTC);
    expect({ code: choice.timeZone.code, includeOffset: choice.includeOffset }).toEqual({
      code,
      includeOffset,
    });
  });

  test('the default is the base time zone', () => {
    expect(readTimeZoneHeader('includeTZOffset', OSLO).timeZone).toBe(OSLO);
  });

  test.each(['Mars', 'US', 'NO, DK', 'NO; includeTZOffset', '+01:00', '0', '-1', 'NO includeTZOffset'])(
    '%j is rejected with a message that says where to find time zones',
    (header) => {
      expect(() => readTimeZoneHeader(header, UTC)).toThrow(
        /^The header SO-TimeZone is ".*GET \/api\/v1\/TimeZone lists/,
      );
    },
  );

  test('any header is a time zone or a 400', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (header) => {
        try {
          expect(readTimeZoneHeader(header, UTC).timeZone.zone.isValid).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: 'Refusal', kind: 'invalid' });
        }
      }),
    );
  });
});

describe('SO-Culture', () => {
  test.each([
    [{}, undefined],
    [{ 'so-culture': 'sv' }, undefined],
    [{ 'so-culture': 'sv', 'accept-language': '*' }, undefined],
    [{ 'so-culture': 'not one!', 'so-language': '' }, undefined],
    [{ 'so-culture': 'sv', 'so-language': 'x', 'accept-language': 'en' }, undefined],
    [{ 'so-language': 'nb-no' }, 'nb-no'],
    [{ 'so-language': 'no' }, 'nb'],
    [{ 'accept-language': 'en;q=0.5, de-AT;q=0.9' }, 'de-at'],
    [{ 'so-language': 'nb-no', 'so-culture': 'sv', 'accept-language': 'en' }, 'sv'],
    [{ 'so-language': 'nb-no', 'so-culture': 'en_GB' }, 'en-gb'],
    [{ 'so-language': 'nb-no', 'so-culture': '' }, 'nb-no'],
    [{ 'so-language': 'nb-no', 'so-culture': 'qq-QQ' }, 'nb-no'],
    [{ 'so-language': 'qq', 'so-culture': 'qq-QQ' }, 'en'],
  ])('%j is the culture %s', (headers, language) => {
    expect(readCulture(headers, UTC)?.language).toBe(language);
  });

  test.each(['not one', '12', 'a', 'sv,da', '*', 'n\u00f8'])('%j is rejected', (culture) => {
    expect(() => readCulture({ 'so-language': 'en', 'so-culture': culture }, UTC)).toThrow(
      /^The header SO-Culture is ".* is accepted/,
    );
  });

  test('any headers are a culture, none or a 400', () => {
    const record = { 'so-language': fc.string(), 'so-culture': fc.string(), 'accept-language': fc.string() };
    fc.assert(
      fc.property(fc.record(record, { requiredKeys: [] }), (headers) => {
        try {
          const culture = readCulture(headers, OSLO);
          expect(culture?.number(0.5) ?? '').not.toBe('NaN');
        } catch (error) {
          expect(error).toMatchObject({ name: 'Refusal', kind: 'invalid' });
        }
      }),
    );
  });
});

describe('a culture formats', () => {
  const evening = new Date('2018-12-24T23:34:45Z');

  test.each([
    ['nb-NO', '1234,5678', '25.12.2018', '25.12.2018, 00:34:45'],
    ['de', '1234,5678', '25.12.2018', '25.12.2018, 00:34:45'],
    ['sv', '1234,5678', '2018-12-25', '2018-12-25 00:34:45'],
    ['en-GB', '1234.5678', '25/12/2018', '25/12/2018, 00:34:45'],
    ['en-US', '1234.5678', '12/25/2018', '12/25/2018, 12:34:45 AM'],
  ])('in %s 1234.5678 as %s and times of the zone as %s and %s', (tag, number, date, dateTime) => {
    const culture = new Culture(tag, OSLO);
    expect(culture.number(1234.5678)).toBe(number);
    expect(culture.date(evening)).toBe(date);
    expect(culture.dateTime(evening).replace(/\s/g, ' ')).toBe(dateTime);
  });

  test('large numbers without grouping, and an unset date as empty', () => {
    const culture = new Culture('nb-NO', UTC);
    expect(culture.number(1234567)).toBe('1234567');
    expect(culture.date(null)).toBe('');
    expect(culture.dateTime(null)).toBe('');
  });
});
