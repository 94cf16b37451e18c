import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../test/support/fuzz.ts';
import { type Chunk, chunksOf } from './bulk-start.ts';

async function chunks(...parts: string[]): Promise<Chunk[]> {
  const found: Chunk[] = [];
  for await (const chunk of chunksOf(fromParts(parts))) found.push(chunk);
  return found;
}

async function* fromParts(parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

test('a chunk has whole lines, and knows their numbers', async () => {
  expect(await chunks('{"a":', '1}\n{', '}\n')).toEqual([
    { firstLine: 1, lastLine: 2, tasks: 2, text: '{"a":1}\n{}' },
  ]);
  expect(await chunks('1\n\n2')).toEqual([{ firstLine: 1, lastLine: 3, tasks: 2, text: '1\n\n2' }]);
  expect(await chunks('')).toEqual([]);
  expect(await chunks('\n \n')).toEqual([]);
});

test('many lines, and long ones, are several chunks', async () => {
  const many = await chunks('1\n'.repeat(12_000));
  expect(many.map(({ firstLine, lastLine, tasks }) => [firstLine, lastLine, tasks])).toEqual([
    [1, 5000, 5000],
    [5001, 10_000, 5000],
    [10_001, 12_000, 2000],
  ]);
  const long = `"${'x'.repeat(1_500_000)}"`;
  expect((await chunks(`${long}\n${long}\n`)).map(({ firstLine }) => firstLine)).toEqual([1, 2]);
  await expect(chunks('1\n', 'x'.repeat(5_000_000))).rejects.toThrow('line 2 is longer than 2097152');
});

const { options, timeout } = fuzzing();
test(
  'chunks do not depend on how the text arrives',
  async () => {
    const texts = fc.array(fc.stringMatching(/^[ab\n\r ]{0,6}$/), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(texts, async (parts) => {
        const text = parts.join('');
        expect(await chunks(...parts)).toEqual(await chunks(text));
        const lines = text.split('\n').filter((line) => line.trim() !== '').length;
        expect((await chunks(text)).reduce((sum, { tasks }) => sum + tasks, 0)).toBe(lines);
      }),
      options as never,
    );
  },
  timeout,
);
