import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addNotices,
  type Digest,
  failsMoreThanUsual,
  isAllowedDomain,
  isMailAddress,
  MAX_NOTICES,
  occasionsOf,
  shortened,
  type TaskNotice,
  usualRate,
} from './notification.ts';

const notice = (taskId: number): TaskNotice => ({
  occasion: 'Ended',
  at: new Date(0),
  taskId,
  name: 'import',
  ownerId: 1,
  tenant: 'main',
  description: '',
  state: 'Succeeded',
  stopped: false,
  result: '',
  resultMessage: null,
  seconds: null,
});

test('a digest counts every notification, and lists the first ones in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (bursts) => {
      let digest: Digest = { notices: [], more: 0 };
      let next = 0;
      for (const size of bursts)
        digest = addNotices(
          digest,
          Array.from({ length: size }, () => notice(next++)),
        );
      expect(digest.notices.length + digest.more).toBe(next);
      expect(digest.notices.map((each) => (each as TaskNotice).taskId)).toEqual(
        Array.from({ length: Math.min(next, MAX_NOTICES) }, (_, index) => index),
      );
    }),
  );
});

test.each([
  ['Started', 'Succeeded', false, ['Ended']],
  ['Started', 'Failed', false, ['Ended', 'Failed']],
  ['Started', 'Failed', true, ['Ended']],
  ['New', 'SucceededManualCleanup', false, ['Ended']],
  ['SucceededManualCleanup', 'Succeeded', false, []],
  ['Started', 'New', false, []],
  [null, 'New', false, []],
] as const)('%s → %s (stopped: %s) is %j', (from, to, stopped, occasions) => {
  expect(occasionsOf(from, to, stopped)).toEqual(occasions);
});

describe('addresses of e-mail', () => {
  test.each(['anna@example.com', "o'hara+batch@mail.example.co.uk", 'jörg@example.com'])('%s', (address) => {
    expect(isMailAddress(address)).toBe(true);
  });
  test.each([
    'anna',
    '@example.com',
    'a b@example.com',
    'a@example.com, b@example.com',
    'a@example.com\r\nBcc: c@example.com',
    'Anna <a@example.com>',
    `${'a'.repeat(65)}@example.com`,
    'a@-example.com',
  ])('%j is not one', (address) => {
    expect(isMailAddress(address)).toBe(false);
  });
  test('the domain decides, regardless of case', () => {
    expect(isAllowedDomain('anna@EXAMPLE.com', ['example.com'])).toBe(true);
    expect(isAllowedDomain('anna@other.com', ['example.com'])).toBe(false);
    expect(isAllowedDomain('anna@example.com.other.com', ['example.com'])).toBe(false);
    expect(isAllowedDomain('anna@other.com', ['*'])).toBe(true);
  });
});

test('long texts are shortened', () => {
  expect(shortened(' short ')).toBe('short');
  expect(shortened('x'.repeat(5000))).toHaveLength(1001);
});

test.each([
  // failed, ended, usual rate, threshold
  [2, 5, 0, 1, false],
  [3, 4, 0, 1, false],
  [3, 5, 0, 60, true],
  [3, 5, 0, 61, false],
  [3, 30, 0, null, true],
  [3, 31, 0, null, false],
  [3, 31, null, null, false],
  [40, 100, 0.2, null, true],
  [39, 100, 0.2, null, false],
  [80, 100, 0.6, null, true],
  [79, 100, 0.6, null, false],
  [10, 10, 1, null, true],
] as const)(
  '%i of %i failed, usually %d, threshold %d %%: reported %s',
  (failed, ended, usual, percent, is) => {
    expect(failsMoreThanUsual({ failed, ended }, usual, percent)).toBe(is);
  },
);

test('a definition that fails as usual is not reported, and more failures never end a report', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 500 }), fc.nat(500), fc.nat(500), (ended, some, more) => {
      const failed = Math.min(some, ended);
      const count = { failed, ended };
      if (failed < ended) expect(failsMoreThanUsual(count, failed / ended, null)).toBe(false);
      const worse = { failed: Math.min(ended, failed + more), ended };
      for (const percent of [null, 50])
        if (failsMoreThanUsual(count, 0.2, percent))
          expect(failsMoreThanUsual(worse, 0.2, percent)).toBe(true);
    }),
  );
  expect(usualRate({ failed: 1, ended: 19 })).toBeNull();
  expect(usualRate({ failed: 5, ended: 20 })).toBe(0.25);
});
