import { expect, test } from 'vitest';
import { TargetBreaker } from './webhook-delivery.ts';

const SLOW = { tenant: 'a', origin: 'https://slow.example' };
const SAME_SERVER = { tenant: 'b', origin: 'https://slow.example' };

function breaker() {
  let now = 1000;
  const target = new TargetBreaker(() => now);
  const fail = (times: number): void => {
    for (let n = 0; n < times; n += 1) target.failed(SLOW);
  };
  return { target, fail, pass: (ms: number) => (now += ms) };
}

test('the circuit of a target opens after five consecutive failures, for that tenant only', () => {
  const { target, fail } = breaker();
  fail(4);
  target.succeeded(SLOW);
  fail(4);
  target.failed(SAME_SERVER);
  expect(target.limits()).toEqual([]);
  fail(1);
  expect(target.limits()).toEqual([{ ...SLOW, max: 0 }]);
});

test('half open, a success closes the circuit, and a failure doubles the pause up to five minutes', () => {
  const { target, fail, pass } = breaker();
  fail(5);
  const pauses: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    let waited = 0;
    while (target.limits()[0]?.max === 0) waited += pass(1000) && 1;
    pauses.push(waited);
    expect(target.limits()).toEqual([{ ...SLOW, max: 1 }]);
    fail(1);
  }
  expect(pauses).toEqual([30, 60, 120, 240, 300, 300]);
  target.succeeded(SLOW);
  expect(target.limits()).toEqual([]);
});

test('failures of deliveries in flight do not extend the pause', () => {
  const { target, fail, pass } = breaker();
  fail(9);
  pass(30_000);
  expect(target.limits()).toEqual([{ ...SLOW, max: 1 }]);
});
