import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CsvRecord,
  MAX_RECORD_CHARACTERS,
  readRecords,
} from '../../../src/builtin/csv-import/read-records.ts';
import { PermanentError } from '../../../src/sdk/errors.ts';
import { fuzzRuns } from '../../support/fuzz.ts';
import { tempFolder } from './fake-context.ts';

const START = { offset: 0, line: 1 };

async function withFile<T>(content: string | Uint8Array, use: (file: FileHandle) => Promise<T>): Promise<T> {
  await using folder = await tempFolder();
  const path = join(folder.path, 'a.csv');
  await writeFile(path, content);
  const file = await open(path, 'r');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readAll(
  file: FileHandle,
  from = START,
  format: { delimiter?: string; blockBytes?: number } = {},
): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const record of readRecords(file, from, { delimiter: ',', ...format })) records.push(record);
  return records;
}

interface Row {
  readonly cells: readonly { readonly value: string; readonly quoted: boolean }[];
  readonly end: string;
  readonly empty: readonly string[];
}

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'Ø', '漢', '😀', ' ', '"', ',', '\n', '\r', '\r\n', ';'),
    maxLength: 8,
  }),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const csv = fc
  .array(
    fc.record({
      cells: fc.array(fc.record({ value: cell, quoted: fc.boolean() }), { minLength: 1, maxLength: 4 }),
      end: lineEnd,
      empty: fc.array(lineEnd, { maxLength: 2 }),
    }),
    { maxLength: 12 },
  )
  .chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      lastEnd: fc.boolean(),
      blockBytes: fc.integer({ min: 1, max: 50 }),
    }),
  );

/** Writes rows as CSV and returns the expected records, with bytes and lines counted independently. */
function write(rows: readonly Row[], lastEnd: boolean) {
  let text = '';
  const expected: { values: string[]; start: number; line: number }[] = [];
  const linesOf = (part: string): number => part.split(/\r\n|\n|\r/).length;
  for (const [index, { cells, end, empty }] of rows.entries()) {
    const parts = cells.map(({ value, quoted }) =>
      quoted || /[",\r\n]/.test(value) || (cells.length === 1 && value === '')
        ? `"${value.replaceAll('"', '""')}"`
        : value,
    );
    expected.push({
      values: cells.map(({ value }) => value),
      start: Buffer.byteLength(text),
      line: linesOf(text),
    });
    text += parts.join(',');
    if (index < rows.length - 1 || lastEnd) text += end;
    // A CR followed by an LF would be one line end.
    if (index < rows.length - 1 || lastEnd) {
      for (const extra of empty) text += text.endsWith('\r') && extra === '\n' ? '\r\n' : extra;
    }
  }
  return { text, expected };
}

describe('readRecords', () => {
  test('reads back what was written, with the byte and the line of each record, for any block size', async () => {
    await fc.assert(
      fc.asyncProperty(csv, async ({ rows, lastEnd, blockBytes }) => {
        const { text, expected } = write(rows, lastEnd);
        await withFile(text, async (file) => {
          const records = await readAll(file, START, { blockBytes });
          expect(records.map(({ values, start, line }) => ({ values, start, line }))).toEqual(expected);
        });
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test('reads the same from the end of any record on', async () => {
    const broken = fc.constantFrom('a"b,c', '"a"b,c', '"a" ,c', '"a"""b",x', 'x,"y"z"');
    await fc.assert(
      fc.asyncProperty(
        csv,
        fc.array(fc.tuple(fc.nat(12), broken)),
        async ({ rows, lastEnd, blockBytes }, damage) => {
          const { text } = write(rows, true);
          const { expected } = write(rows, true);
          let bytes = Buffer.from(lastEnd ? text : text.replace(/[\r\n]+$/, ''));
          for (const [at, line] of damage) {
            const start = expected[at]?.start;
            if (start !== undefined) {
              bytes = Buffer.concat([
                bytes.subarray(0, start),
                Buffer.from(`${line}\n`),
                bytes.subarray(start),
              ]);
            }
          }
          await withFile(bytes, async (file) => {
            const all: CsvRecord[] = [];
            try {
              for await (const record of readRecords(file, START, { delimiter: ',' })) all.push(record);
            } catch (error) {
              expect(error).toBeInstanceOf(PermanentError);
              return;
            }
            for (const [index, record] of all.entries()) {
              const rest = await readAll(file, { offset: record.end, line: record.nextLine }, { blockBytes });
              expect(rest).toEqual(all.slice(index + 1));
            }
          });
        },
      ),
      { numRuns: fuzzRuns(0.4) },
    );
  });

  test('passes on a line with wrong quotes and reads on at the next', async () => {
    await withFile('a,b\nx,5" pipe\n1,"say "hi""\r\n"q"r,2\n3,4\n', async (file) => {
      const records = await readAll(file);
      expect(records.map(({ line, values, problem }) => [line, values, problem === undefined])).toEqual([
        [1, ['a', 'b'], true],
        [2, ['x,5" pipe'], false],
        [3, ['1,"say "hi""'], false],
        [4, ['"q"r,2'], false],
        [5, ['3', '4'], true],
      ]);
      expect(String(records[1]?.problem)).toContain('a quote is inside an unquoted field');
      expect(String(records[2]?.problem)).toContain('continues after its closing quote');
      expect(records[2]?.end).toBe(Buffer.byteLength('a,b\nx,5" pipe\n1,"say "hi""\r\n'));
    });
  });

  test('gives the records before an unclosed quote, then fails and names the line', async () => {
    await withFile('a\n1\n\n"2\n3\n', async (file) => {
      const lines: number[] = [];
      const reading = async (): Promise<void> => {
        for await (const record of readRecords(file, START, { delimiter: ',' })) lines.push(record.line);
      };
      await expect(reading()).rejects.toThrow(/^Line 4: a quoted field starts here and is never closed/);
      expect(lines).toEqual([1, 2]);
    });
  });

  test('fails if a record is longer than the limit, without reading the rest of the file', async () => {
    const content = `a\n"${'x\n'.repeat(MAX_RECORD_CHARACTERS)}`;
    await withFile(content, async (file) => {
      const counted = countReads(file);
      await expect(readAll(counted.file)).rejects.toThrow(
        /^Line 2: the record that starts here is longer than/,
      );
      expect(counted.bytes()).toBeLessThan(MAX_RECORD_CHARACTERS + 512 * 1024);
    });
  });

  test('holds a few blocks at a time: reading is never far ahead of the current record', async () => {
    const row = `${'abcdefghi,'.repeat(9)}last\n`;
    await withFile(row.repeat(200_000), async (file) => {
      const counted = countReads(file);
      let records = 0;
      let ahead = 0;
      for await (const record of readRecords(counted.file, START, { delimiter: ',' })) {
        records++;
        ahead = Math.max(ahead, counted.bytes() - record.end);
      }
      expect(records).toBe(200_000);
      expect(ahead).toBeGreaterThan(0);
      expect(ahead).toBeLessThan(512 * 1024);
    });
  });

  test('meets an error of the file', async () => {
    await withFile('a,b\n'.repeat(100_000), async (file) => {
      const failing = countReads(file, 5);
      await expect(readAll(failing.file)).rejects.toThrow('the disk is gone');
    });
  });
});

/** The file, with a count of the bytes read, failing at the nth read. */
function countReads(file: FileHandle, failAt = Infinity): { file: FileHandle; bytes: () => number } {
  let bytes = 0;
  let reads = 0;
  const counting = {
    async read(options: Parameters<FileHandle['read']>[0]) {
      if (++reads === failAt) throw new Error('the disk is gone');
      const result = await file.read(options as never);
      bytes += result.bytesRead;
      return result;
    },
  };
  return { file: counting as unknown as FileHandle, bytes: () => bytes };
}
