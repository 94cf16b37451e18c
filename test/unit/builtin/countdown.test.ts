import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { countdown } from '../../../src/builtin/countdown.ts';
import { RunEnded } from '../../../src/sdk/errors.ts';
import { fakeContext, parametersOf } from './fake-context.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs it on the fake clock. Returns its outcome and its duration in milliseconds. */
async function watch(context: Parameters<typeof countdown.run>[0]) {
  const began = performance.now();
  const ending = Promise.resolve(countdown.run(context)).then(
    (result) => ({ result: String(result), error: undefined, after: performance.now() - began }),
    (error: unknown) => ({ result: undefined, error, after: performance.now() - began }),
  );
  await vi.advanceTimersByTimeAsync(3_700_000);
  return await ending;
}

test('runs for the seconds, with a text for each', async () => {
  const context = fakeContext({ parameters: parametersOf(countdown, { seconds: '4' }) });
  expect(await watch(context)).toEqual({ result: 'Counted 4 seconds.', error: undefined, after: 4000 });
  expect(context.told).toEqual([
    { percent: 0, text: '0 of 4 seconds' },
    { percent: 25, text: '1 of 4 seconds' },
    { percent: 50, text: '2 of 4 seconds' },
    { percent: 75, text: '3 of 4 seconds' },
    { percent: 100, text: '4 of 4 seconds' },
  ]);
});

test('reports progress at most once a second, also for a fractional number of seconds', async () => {
  const context = fakeContext({ parameters: { seconds: 2.5 } });
  const times: number[] = [];
  const began = performance.now();
  const progress = context.progress;
  context.progress = (...told) => {
    times.push(performance.now() - began);
    progress(...told);
  };
  expect(await watch(context)).toMatchObject({ result: 'Counted 2.5 seconds.', after: 2500 });
  expect(times).toEqual([0, 1250, 2500]);
  expect(context.told.at(-1)).toEqual({ percent: 100, text: '2.5 of 2.5 seconds' });
});

test('ends immediately if there is nothing to count', async () => {
  expect(await watch(fakeContext({ parameters: { seconds: 0 } }))).toMatchObject({
    result: 'Counted 0 seconds.',
    after: 0,
  });
});

test('fails if requested', async () => {
  const { error, after } = await watch(fakeContext({ parameters: { seconds: 10, failAt: 25 } }));
  expect(error).toMatchObject({ message: 'Failed on purpose at 25 %, as set by failAt.' });
  expect(after).toBe(2500);
});

test.each([
  [0, 0],
  [100, 3000],
])('fails at %d %% as well', async (failAt, at) => {
  const { error, after } = await watch(fakeContext({ parameters: { seconds: 3, failAt } }));
  expect(error).toBeInstanceOf(Error);
  expect(after).toBe(at);
});

test('stops at once, with the reason of the signal', async () => {
  const context = fakeContext({ parameters: { seconds: 60 } });
  const reason = new RunEnded('stopped');
  setTimeout(() => context.abort(reason), 1300);
  expect(await watch(context)).toEqual({ result: undefined, error: reason, after: 1300 });
  expect(vi.getTimerCount()).toBe(0);
});

test('does not begin where it is stopped already', async () => {
  const context = fakeContext({ parameters: { seconds: 60 } });
  const reason = new RunEnded('shutdown');
  context.abort(reason);
  expect(await watch(context)).toMatchObject({ error: reason, after: 0 });
});

test('continues where the last attempt ended', async () => {
  const first = fakeContext({ parameters: { seconds: 10 } });
  setTimeout(() => first.abort(new RunEnded('shutdown')), 6400);
  await watch(first);
  expect(first.checkpointed).toEqual({ elapsed: 6 });
  const second = fakeContext({ parameters: { seconds: 10 }, lastCheckpoint: first.checkpointed });
  expect(await watch(second)).toMatchObject({ result: 'Counted 10 seconds.', after: 4000 });
  expect(second.told[0]).toEqual({ percent: 60, text: '6 of 10 seconds' });
});

test('its schema refuses what makes no sense', () => {
  expect(() => parametersOf(countdown, { seconds: 3601 })).toThrow('must be <= 3600');
  expect(() => parametersOf(countdown, { seconds: -1 })).toThrow('must be >= 0');
  expect(() => parametersOf(countdown, { failAt: 101 })).toThrow('must be <= 100');
  expect(() => parametersOf(countdown, { second: 1 })).toThrow('must NOT have additional properties');
});
