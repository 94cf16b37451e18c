import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addNotices,
  type Digest,
  isAllowedDomain,
  isMailAddress,
  MAX_NOTICES,
  type Notice,
  occasionsOf,
  shortened,
} from './notification.ts';

const notice = (taskId: number): Notice => ({
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
      expect(digest.notices.map(({ taskId }) => taskId)).toEqual(
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
