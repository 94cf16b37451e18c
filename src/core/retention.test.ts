import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutoffOf, formatRetention, mergeRules, parseRetention, parseRules, readRules } from './retention.ts';

describe('retention', () => {
  test.each([
    ['30d', 2_592_000],
    ['12h', 43_200],
    [' 45M ', 2700],
    ['90s', 90],
    ['0d', 0],
    ['never', null],
    ['Never', null],
  ])('%s is read', (text, seconds) => {
    expect(parseRetention(text)).toBe(seconds);
  });

  test.each(['', '30', 'd', '-1d', '1.5d', '3w', '30d x', '99999999999d', '36501d', 'for ever'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseRetention(text)).toThrow('30d, 12h, 45m, 90s or never is accepted.');
    },
  );

  test('formatting and parsing are inverse', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 0, max: 3_000_000_000 })), (retention) => {
        expect(parseRetention(formatRetention(retention))).toBe(retention);
      }),
    );
    expect([90, 3600, 86_400, 2_592_000, 0].map(formatRetention)).toEqual(['90s', '1h', '1d', '30d', '0s']);
  });

  test('rules accept final states only', () => {
    expect(parseRules('Succeeded=30d, failed = never,')).toEqual({ Succeeded: 2_592_000, Failed: null });
    expect(parseRules('')).toEqual({});
    expect(() => parseRules('Started=1d')).toThrow('"Started" is not a final state');
    expect(() => parseRules('Succeeded')).toThrow('is not a retention period');
    expect(() => readRules({ Failed: 'soon' })).toThrow('"soon"');
  });

  test('the first rules with a state decide it; a state without a rule is kept for ever', () => {
    const definition = readRules({ Succeeded: '1d' });
    const setting = readRules({ Succeeded: '30d', Failed: '90d' });
    expect(mergeRules({ Failed: null }, definition, undefined, setting)).toEqual({
      Succeeded: 86_400,
      Failed: null,
      SucceededManualCleanup: null,
    });
    expect(mergeRules({ SucceededManualCleanup: 5 }, setting).SucceededManualCleanup).toBe(5);
  });

  test('the cutoff is the retention period before now', () => {
    const now = new Date('2026-03-01T00:00:00Z');
    expect(cutoffOf(86_400, now)).toEqual(new Date('2026-02-28T00:00:00Z'));
    expect(cutoffOf(null, now)).toBeUndefined();
  });
});
