import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing } from '../../../test/support/fuzz.ts';
import { RequestError } from '../../core/errors.ts';
import { readJsonLines } from './json-lines.ts';

const OPTIONS = { maxLines: 100, maxLength: 1000, firstLine: 1 };

async function refusalOf(text: string, options = OPTIONS): Promise<RequestError> {
  const error: unknown = await readJsonLines(text, options).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(RequestError);
  return error as RequestError;
}

describe('JSON Lines', () => {
  test('have a value on each line; blank lines are counted', async () => {
    const text = '{"a":1}\r\n\n  \n[2]\n"\u2028"';
    expect(await readJsonLines(text, OPTIONS)).toEqual([
      { number: 1, value: { a: 1 } },
      { number: 4, value: [2] },
      { number: 5, value: '\u2028' },
    ]);
    expect(await readJsonLines('', OPTIONS)).toEqual([]);
    expect(await readJsonLines('\n1\n', { ...OPTIONS, firstLine: 7 })).toEqual([{ number: 8, value: 1 }]);
  });

  test('are strict JSON', async () => {
    for (const line of ["{'a':1}", '{"a":1,}', '{"a":1', '{} {}', 'NaN', '// note']) {
      const refusal = await refusalOf(`{}\n${line}\n{}`);
      expect(refusal).toMatchObject({ kind: 'malformed' });
      expect(refusal.message).toMatch(
        /^Line 2 is not JSON \(.+\); a JSON object is accepted on each line\.$/,
      );
    }
  });

  test('have the limits of other bodies', async () => {
    const deep = `${'['.repeat(65)}${']'.repeat(65)}`;
    expect((await refusalOf(deep, { ...OPTIONS, firstLine: 40 })).message).toMatch(/^Line 40: .*64 levels/);
    expect((await refusalOf('1\n9007199254740993')).message).toMatch(/^Line 2: .*9007199254740993/);
  });

  test('are limited in number, without the blank ones, and in length', async () => {
    const lines = (count: number): string => '1\n\n'.repeat(count);
    expect(await readJsonLines(lines(100), OPTIONS)).toHaveLength(100);
    expect(await refusalOf(lines(101))).toMatchObject({ kind: 'oversized' });
    const long = await refusalOf(`1\n"${'x'.repeat(999)}"`);
    expect(long).toMatchObject({ kind: 'oversized' });
    expect(long.message).toBe('Line 2 is 1001 characters long; at most 1000 are accepted.');
  });

  const { options, timeout } = fuzzing();
  test(
    'return what JSON.stringify wrote',
    async () => {
      const values = fc.array(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), { maxLength: 50 });
      const ends = fc.constantFrom('\n', '\r\n', '\n\n');
      const property = fc.asyncProperty(values, ends, fc.boolean(), async (given, end, endsLast) => {
        const text = given.map((value) => JSON.stringify(value)).join(end) + (endsLast ? end : '');
        const read = await readJsonLines(text, { ...OPTIONS, maxLength: 100_000 }).catch(
          (error: unknown) => error,
        );
        if (read instanceof RequestError) expect(read.message).toMatch(/can't be represented exactly/);
        else
          expect((read as { value: unknown }[]).map(({ value }) => value)).toEqual(
            given.map((value) => JSON.parse(JSON.stringify(value))),
          );
      });
      await fc.assert(property, options as never);
    },
    timeout,
  );
});
