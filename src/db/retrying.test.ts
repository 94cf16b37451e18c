import { expect, test } from 'vitest';
import { isRetryableTransactionError, retrying } from './retrying.ts';

const failure = (code: string, constraint?: string): Error =>
  Object.assign(new Error(code), { code, constraint });

test.each([
  ['a serialization failure', failure('40001'), true],
  ['a deadlock', failure('40P01'), true],
  ['a key that is taken', failure('23505', 'schedule_by_name'), false],
  ['a commit whose outcome is unknown', failure('40003'), false],
  ['a connection that broke', failure('08006'), false],
  ['an error of ours', new Error('no'), false],
])('%s', (_, error, worth) => {
  expect(isRetryableTransactionError(error)).toBe(worth);
});

test('work is done again until it succeeds', async () => {
  let tries = 0;
  const done = await retrying(async () => {
    tries += 1;
    if (tries < 5) throw failure('40001');
    return 'done';
  });
  expect({ done, tries }).toEqual({ done: 'done', tries: 5 });
});

test('another error ends it at once', async () => {
  let tries = 0;
  const work = async (): Promise<never> => {
    tries += 1;
    throw failure(tries === 1 ? '40001' : '22003');
  };
  await expect(retrying(work)).rejects.toMatchObject({ code: '22003' });
  expect(tries).toBe(2);
});
