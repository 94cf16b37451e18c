import { beforeEach, expect, test } from 'vitest';
import { RequestError } from '../../core/errors.ts';
import { Throttle } from './throttle.ts';

let now = 0;
let throttle: Throttle;
beforeEach(() => {
  now = 1_000_000;
  throttle = new Throttle(5, () => now);
});

/** Seconds that a rejected attempt has to wait; 0 if it was accepted. */
const waitOf = (attempt: () => unknown): number => {
  try {
    attempt();
    return 0;
  } catch (error) {
    if (error instanceof RequestError && error.kind === 'rateLimited') return error.retryAfter ?? -1;
    throw error;
  }
};
const wait = (login: string, address: string): number => waitOf(() => throttle.checkPassword(login, address));
/** Fails the given number of times, waiting as required. */
const failPatiently = (login: string, address: string, times: number): void => {
  for (let time = 0; time < times; time += 1) {
    now += wait(login, address) * 1000;
    throttle.beginAttempt(login, address);
  }
};

test('a few wrong passwords are free, then each doubles the wait, up to a quarter of an hour', () => {
  for (let time = 1; time < 5; time += 1) {
    throttle.beginAttempt('anna', '10.0.0.1');
    expect(wait('anna', '10.0.0.1')).toBe(0);
  }
  const waits = Array.from({ length: 12 }, () => {
    throttle.beginAttempt('anna', '10.0.0.1');
    const seconds = wait('anna', '10.0.0.1');
    now += seconds * 1000;
    return seconds;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

test('the wait begins when the attempt has failed, however long it took', () => {
  failPatiently('anna', '10.0.0.1', 6);
  now += 2000;
  const over = throttle.beginAttempt('anna', '10.0.0.1');
  now += 10_000;
  over(false);
  expect(wait('anna', '10.0.0.1')).toBe(4);
});

test('rejected attempts do not extend the wait', () => {
  failPatiently('anna', '10.0.0.1', 7);
  for (let time = 0; time < 50; time += 1) waitOf(() => throttle.beginAttempt('anna', '10.0.0.1'));
  expect(wait('anna', '10.0.0.1')).toBe(4);
});

test('concurrent attempts count when they begin', () => {
  const begun = Array.from({ length: 50 }, () => waitOf(() => throttle.beginAttempt('anna', '10.0.0.1')));
  expect(begun.filter((seconds) => seconds === 0)).toHaveLength(5);
});

test('a success is not counted, and other failures still are', () => {
  failPatiently('anna', '10.0.0.1', 4);
  for (let time = 0; time < 20; time += 1) throttle.beginAttempt('anna', '10.0.0.1')(true);
  expect(wait('anna', '10.0.0.1')).toBe(0);
  throttle.beginAttempt('anna', '10.0.0.1');
  expect(wait('anna', '10.0.0.1')).toBe(1);
});

test('a success does not shorten the wait of another failure', () => {
  const over = throttle.beginAttempt('anna', '10.0.0.1');
  for (let time = 0; time < 5; time += 1) waitOf(() => throttle.beginAttempt('anna', '10.0.0.1'));
  failPatiently('anna', '10.0.0.1', 1);
  expect(wait('anna', '10.0.0.1')).toBe(2);
  over(true);
  expect(wait('anna', '10.0.0.1')).toBe(2);
});

test('failures in the name of another lock out neither that login elsewhere nor other logins there', () => {
  failPatiently('anna', '10.6.6.6', 20);
  expect(wait('anna', '10.6.6.6')).toBe(900);
  expect(wait('anna', '10.0.0.1')).toBe(0);
  expect(wait('bert', '10.6.6.6')).toBe(0);
});

test('an address that tries many logins has to wait, except for logins that have signed in there', () => {
  throttle.trust('bert', '10.6.6.6');
  for (let login = 0; login < 50; login += 1) failPatiently(`login ${login}`, '10.6.6.6', 1);
  expect(wait('anna', '10.6.6.6')).toBeGreaterThan(0);
  expect(wait('bert', '10.6.6.6')).toBe(0);
  failPatiently('bert', '10.6.6.6', 5);
  expect(wait('bert', '10.6.6.6')).toBe(1);
});

test('a login attacked from everywhere waits at most a minute, except at addresses of earlier sign-ins', () => {
  throttle.trust('anna', '10.0.0.1');
  for (let address = 0; address < 150; address += 1) failPatiently('anna', `10.1.0.${address}`, 1);
  expect(wait('anna', '10.2.0.1')).toBe(60);
  expect(wait('anna', '10.0.0.1')).toBe(0);
});

test('failures are reset after half an hour without another', () => {
  failPatiently('anna', '10.0.0.1', 9);
  expect(throttle.hasRecentFailures('10.0.0.1')).toBe(true);
  now += 30 * 60_000 + 1;
  expect(wait('anna', '10.0.0.1')).toBe(0);
  expect(throttle.hasRecentFailures('10.0.0.1')).toBe(false);
  failPatiently('anna', '10.0.0.1', 4);
  expect(wait('anna', '10.0.0.1')).toBe(0);
});

test('addresses of one IPv6 network count together, and IPv4-mapped addresses as IPv4', () => {
  failPatiently('anna', '2001:db8:1:2::1', 5);
  expect(wait('anna', '2001:db8:1:2:ffff::9')).toBe(1);
  expect(wait('anna', '2001:db8:1:3::1')).toBe(0);
  failPatiently('bert', '10.0.0.1', 5);
  expect(wait('bert', '::ffff:10.0.0.1')).toBe(1);
});

test('invalid tokens throttle only tokens, at most a minute', () => {
  for (let time = 0; time < 120; time += 1) {
    now += waitOf(() => throttle.checkToken('10.6.6.6')) * 1000;
    throttle.tokenFailed('10.6.6.6');
  }
  expect(waitOf(() => throttle.checkToken('10.6.6.6'))).toBe(60);
  expect(waitOf(() => throttle.checkToken('10.0.0.1'))).toBe(0);
  expect(wait('anna', '10.6.6.6')).toBe(0);
});

test('memory is bounded', () => {
  failPatiently('first', '192.0.2.1', 5);
  for (let login = 0; login < 30_000; login += 1)
    waitOf(() => throttle.beginAttempt(`login ${login}`, `10.${login % 250}.${(login >> 8) % 250}.1`));
  expect(wait('first', '192.0.2.1')).toBe(0);
  failPatiently('last', '192.0.2.1', 5);
  expect(wait('last', '192.0.2.1')).toBe(1);
});
