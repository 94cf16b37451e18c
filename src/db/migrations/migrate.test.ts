import type { Kysely, RawBuilder } from 'kysely';
import { expect, test } from 'vitest';
import { createOnce } from './migrate.ts';

const db = {} as Kysely<unknown>;
const failing = (code: string, times: number) => {
  let tries = 0;
  const execute = async () => {
    tries += 1;
    if (tries <= times) throw Object.assign(new Error(`code ${code}`), { code });
  };
  return { statement: { execute } as unknown as RawBuilder<unknown>, tries: () => tries };
};

test.each(['23505', '42P06', '42P07', '42710'])(
  'retries after %s, which a concurrent process causes',
  async (code) => {
    const { statement, tries } = failing(code, 1);
    await createOnce(db, statement);
    expect(tries()).toBe(2);
  },
);

test('rejects with the error if another object has the name', async () => {
  await expect(createOnce(db, failing('42710', Number.POSITIVE_INFINITY).statement)).rejects.toThrow(
    'code 42710',
  );
});

test('does not retry other errors', async () => {
  const { statement, tries } = failing('42501', 1);
  await expect(createOnce(db, statement)).rejects.toThrow('code 42501');
  expect(tries()).toBe(1);
});
