import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChunkMatcher, patternOf } from '../../../src/builtin/csv-import/columns.ts';
import { csvImport } from '../../../src/builtin/csv-import.ts';
import { type Json, PermanentError, RunEnded } from '../../../src/sdk/errors.ts';
import { fuzzRuns } from '../../support/fuzz.ts';
import {
  type FakeContext,
  type FakeOptions,
  fakeContext,
  openDatabase,
  parametersOf,
  tempFolder,
} from './fake-context.ts';

type Parameters = ReturnType<typeof parametersOf<NonNullable<typeof csvImport.parameters>>>;
type Counts = { table: string; read: number; loaded: number; rejected: number; report?: string };

let database: Kysely<unknown>;
let tables = 0;

beforeAll(async () => {
  database = await openDatabase();
}, 60_000);
afterAll(() => database.destroy());

const newTable = (): string => `t${++tables}`;

const NAME_AND_AGE = [
  { name: 'name', type: 'text', required: true },
  { name: 'age', type: 'integer' },
];

interface Setup extends Partial<Omit<FakeOptions<Parameters>, 'parameters'>> {
  readonly content: string | Uint8Array;
  readonly parameters?: object;
}

/** Writes the file once and makes contexts for runs over it. */
async function setUp(setup: Setup) {
  const folder = await tempFolder();
  const table = newTable();
  await writeFile(join(folder.path, 'in.csv'), setup.content);
  const parameters = parametersOf(csvImport, {
    file: 'in.csv',
    table,
    columns: NAME_AND_AGE,
    ...setup.parameters,
  });
  return {
    folder: folder.path,
    table,
    context: (more: Partial<FakeOptions<Parameters>> = {}): FakeContext<Parameters> =>
      fakeContext({ database, folder: folder.path, ...setup, ...more, parameters }),
    report: () => readFile(join(folder.path, `${table}-errors.csv`), 'utf8'),
    rows: () => rowsOf(table),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function run(context: FakeContext<Parameters>): Promise<Counts> {
  return (await csvImport.run(context)) as Counts;
}

async function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<{ json: Record<string, unknown> }>`
    select to_json(t)::text::json as json from batchline_data.${sql.id(table)} t order by _task, _line`.execute(
    database,
  );
  return rows.map((row) => row.json);
}

const reportRows = (text: string): string[][] => parse(text) as string[][];

describe('csv-import', () => {
  test('loads each type, keeps the line, and takes empty values as null', async () => {
    const columns = [
      { name: 'id', type: 'integer', required: true },
      { name: 'title', type: 'text', source: 'Title of it' },
      { name: 'price', type: 'number' },
      { name: 'active', type: 'boolean' },
      { name: 'day', type: 'date' },
      { name: 'at', type: 'timestamp' },
    ];
    const content =
      '\uFEFFid,unused,Title of it,price,active,day,at\r\n' +
      '9007199254740993,x,"two\r\nlines, ""quoted""",12345678901234567890.50,Yes,2024-02-29,2024-02-29 13:45+01:00\r\n' +
      '\r\n' +
      ' -1 ,x,,,,,\r\n';
    await using it = await setUp({ content, parameters: { columns } });
    const context = it.context();
    expect(await run(context)).toEqual({
      table: `batchline_data.${it.table}`,
      read: 2,
      loaded: 2,
      rejected: 0,
    });
    const { rows } = await sql`
      select _task, _line::text, id::text, title, price::text, active, day::text, at at time zone 'UTC' = timestamp '2024-02-29 12:45' as at
      from batchline_data.${sql.id(it.table)} order by _line`.execute(database);
    expect(rows).toEqual([
      {
        _task: 7,
        _line: '2',
        id: '9007199254740993',
        title: 'two\r\nlines, "quoted"',
        price: '12345678901234567890.50',
        active: true,
        day: '2024-02-29',
        at: true,
      },
      { _task: 7, _line: '5', id: '-1', title: null, price: null, active: null, day: null, at: null },
    ]);
    expect(context.files).toEqual([]);
    expect(context.told.at(-1)).toEqual({ percent: 100, text: '2 rows loaded, 0 rejected' });
  });

  test('rejects rows that do not fit into a report, and loads the rest', async () => {
    const columns = [
      { name: 'name', type: 'text', required: true, maxLength: 5, pattern: '[A-ZÅ].*' },
      { name: 'age', type: 'integer' },
      { name: 'born', type: 'date' },
    ];
    const content = Buffer.concat([
      Buffer.from('name,age,born\nÅse,1,2000-01-01\nbob,x,2023-02-29\n,2,\nToolong,3,\nAda,4\nEve,5,,6\n'),
      Buffer.from([0x42, 0xff, 0x2c, 0x31, 0x2c, 0x0a]),
      Buffer.from('Nul\0,1,\n=A,1,\nIda,6,2001-12-31\n"Q"q,1,\n\uFFFD,,\n'),
    ]);
    await using it = await setUp({ content, parameters: { columns } });
    const context = it.context();
    const report = `${it.table}-errors.csv`;
    expect(await run(context)).toEqual({
      table: `batchline_data.${it.table}`,
      read: 12,
      loaded: 2,
      rejected: 10,
      report,
    });
    expect(context.files).toEqual([report]);
    expect((await it.rows()).map((row) => [row._line, row.name])).toEqual([
      [2, 'Åse'],
      [11, 'Ida'],
    ]);
    const [header, ...lines] = reportRows(await it.report());
    expect(header).toEqual(['line', 'column', 'error', 'record']);
    expect(
      lines.map(([line, column, error, record]) => [Number(line), column, error?.slice(0, 22), record]),
    ).toEqual([
      [3, 'age', '"x" is not an integer;', 'bob,x,2023-02-29'],
      [3, 'born', '"2023-02-29" is not a ', 'bob,x,2023-02-29'],
      [3, 'name', 'does not match the pat', 'bob,x,2023-02-29'],
      [4, 'name', 'is empty, but required', ',2,'],
      [5, 'name', 'is 7 characters long; ', 'Toolong,3,'],
      [6, '', 'has 2 values; the head', 'Ada,4'],
      [7, '', 'has 4 values; the head', 'Eve,5,,6'],
      [8, '', 'is not UTF-8', 'B\uFFFD,1,'],
      [9, 'name', 'has a NUL character, w', 'Nul\0,1,'],
      [10, 'name', 'does not match the pat', "'=A,1,"],
      [12, '', 'a quoted field continu', '"Q"q,1,'],
      // A true U+FFFD is a character like any other; only the pattern refuses it here.
      [13, 'name', 'does not match the pat', '\uFFFD,,'],
    ]);
  });

  test.each([
    ['an empty file', '', 'The file is empty'],
    ['a file of empty lines', '\n\r\n', 'The file is empty'],
    ['a byte order mark alone', '\uFEFF', 'The file is empty'],
    ['UTF-16', Buffer.from('\uFEFFname,age\n', 'utf16le'), 'The file is in UTF-16'],
    [
      'a header that is not UTF-8',
      Buffer.from([0x6e, 0xff, 0x2c, 0x61, 0x0a]),
      'Line 1, the header: it is not UTF-8',
    ],
    ['a header with wrong quotes', 'na"me,age\n', 'Line 1, the header: a quote is inside'],
    ['missing columns', 'Name,year\n', 'The header lacks name, age. It has: Name, year.'],
    ['a header that is there twice', 'name,age,age\n', 'The header has age twice, as columns 2 and 3'],
    ['an unclosed quote', 'name,age\nA,1\n"B,2\n', 'Line 3: a quoted field starts here and is never closed'],
  ])('refuses %s permanently', async (_, content, message) => {
    await using it = await setUp({ content });
    const failure = run(it.context());
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow(message);
  });

  test('loads the rows before an unclosed quote', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\n"B,2\n' });
    await expect(run(it.context())).rejects.toThrow('Line 3');
    expect((await it.rows()).map((row) => row.name)).toEqual(['A']);
  });

  test('loads nothing from a header alone, and makes the table', async () => {
    await using it = await setUp({ content: 'age,name' });
    expect(await run(it.context())).toMatchObject({ read: 0, loaded: 0, rejected: 0 });
    expect(await it.rows()).toEqual([]);
  });

  test('ignores a repeated header that no column uses', async () => {
    await using it = await setUp({ content: 'x,name,x,age\n1,A,2,3\n' });
    expect(await run(it.context())).toMatchObject({ loaded: 1 });
  });

  test.each([';', '\t', '|', '¦'])('takes %j as the delimiter', async (delimiter) => {
    await using it = await setUp({
      content: `name${delimiter}age\n"A${delimiter}B"${delimiter}1\nx,y${delimiter}2\n`,
      parameters: { delimiter },
    });
    await run(it.context());
    expect((await it.rows()).map((row) => row.name)).toEqual([`A${delimiter}B`, 'x,y']);
  });

  test.each([
    ['a table name that needs quoting', { table: 'Drop Table' }],
    ['a column name that needs quoting', { columns: [{ name: 'a"b', type: 'text' }] }],
    ['a column name with an underscore in front', { columns: [{ name: '_line', type: 'text' }] }],
    ['no columns', { columns: [] }],
    ['an unknown type', { columns: [{ name: 'a', type: 'money' }] }],
    ['a long delimiter', { delimiter: '::' }],
    ['an unknown parameter', { tabel: 'x' }],
  ])('its schema refuses %s', (_, wrong) => {
    expect(() =>
      parametersOf(csvImport, { file: 'a', table: 't', columns: NAME_AND_AGE, ...wrong }),
    ).toThrow();
  });

  test('its schema takes strings, as clients of SuperOffice send them', () => {
    const parameters = parametersOf(csvImport, {
      file: 'a',
      table: 't',
      columns: NAME_AND_AGE,
      chunkRows: '50',
      maxErrors: '3',
    });
    expect(parameters).toMatchObject({ chunkRows: 50, maxErrors: 3, delimiter: ',' });
  });

  test.each([
    [
      'a name declared twice',
      [
        { name: 'name', type: 'text' },
        { name: 'name', type: 'text' },
      ],
      'name is declared twice',
    ],
    [
      'a broken pattern',
      [{ name: 'name', type: 'text', pattern: '(' }],
      'the pattern of name is not a regular expression',
    ],
    [
      "a pattern that can't be matched in linear time",
      [{ name: 'name', type: 'text', pattern: '(?=a).*' }],
      'lookaround, back references and counts over 1,000 are not accepted',
    ],
  ])('refuses %s permanently', async (_, columns, message) => {
    await using it = await setUp({ content: 'name,age\n', parameters: { columns } });
    const failure = run(it.context());
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow(message);
  });

  test('a pattern that would backtrack for ever rejects its rows at once, in any number of columns', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `c${index}`);
    const columns = names.map((name) => ({ name, type: 'text', pattern: '(a+)+b' }));
    const row = names.map(() => 'a'.repeat(1000)).join(',');
    await using it = await setUp({ content: `${names.join(',')}\n${row}\n`, parameters: { columns } });
    expect(await run(it.context())).toMatchObject({ read: 1, loaded: 0, rejected: 1 });
  });

  test('the patterns of a chunk share one limit of time', async () => {
    const matcher = new ChunkMatcher(0);
    const failure = matcher.matchAll('name', patternOf('name', '.*a.{50}'), ['a'.repeat(100_000)]);
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow('the pattern of name takes longer than 0 s for 1 values');
  });

  test('adds to a table that fits, and keeps what other tasks have loaded', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\n' });
    await run(it.context({ taskId: 1 }));
    await run(it.context({ taskId: 2 }));
    expect((await it.rows()).map((row) => [row._task, row.name])).toEqual([
      [1, 'A'],
      [2, 'A'],
    ]);
  });

  test('replaces its own rows where it starts again without a checkpoint', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\nB,2\n' });
    await run(it.context());
    const before = await it.rows();
    await run(it.context());
    expect(await it.rows()).toEqual(before);
  });

  test('refuses a table that does not fit, and says why', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\n' });
    await sql`create table batchline_data.${sql.id(it.table)} (name varchar(10), other int not null)`.execute(
      database,
    );
    const failure = run(it.context());
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow(
      `Table batchline_data.${it.table} exists, but does not match: it has no column _task (integer); ` +
        'it has no column _line (bigint); name is character varying, not text; it has no column age (bigint); ' +
        'other must have a value, but the import has no such column; its primary key is not _task, _line.',
    );
  });

  test('fails where more rows are rejected than maxErrors allows, with the report and the chunks before it', async () => {
    await using it = await setUp({
      content: 'name,age\nA,1\nB,x\nC,y\nD,4\n',
      parameters: { maxErrors: 1, chunkRows: 2 },
    });
    const failure = run(it.context());
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow('2 of the first 4 rows are invalid, more than maxErrors (1)');
    expect((await it.rows()).map((row) => row.name)).toEqual(['A']);
    expect(reportRows(await it.report()).map(([line]) => line)).toEqual(['line', '3', '4']);
  });

  test('takes as many rejected rows as maxErrors allows', async () => {
    await using it = await setUp({ content: 'name,age\nB,x\n', parameters: { maxErrors: 1 } });
    expect(await run(it.context())).toMatchObject({ rejected: 1 });
  });

  test('stops where it is told to, before the next chunk', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\nB,2\nC,3\n', parameters: { chunkRows: 1 } });
    const stopped = new RunEnded('stopped');
    const context = it.context({
      afterCheckpoint: (number) => {
        if (number === 2) context.abort(stopped);
      },
    });
    await expect(run(context)).rejects.toBe(stopped);
    expect((await it.rows()).map((row) => row.name)).toEqual(['A']);
  });

  test('refuses to continue in a file that has changed', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\nB,2\n' });
    const context = it.context();
    await run(context);
    await utimes(join(it.folder, 'in.csv'), 1, 1);
    const failure = run(it.context({ lastCheckpoint: context.checkpointed }));
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow(
      'The file has changed since an earlier run of this task loaded 2 rows',
    );
  });

  test('rejects a checkpoint of another definition', async () => {
    await using it = await setUp({ content: 'name,age\nA,1\n' });
    await expect(run(it.context({ lastCheckpoint: { elapsed: 3 } }))).rejects.toThrow(
      'does not belong to this definition',
    );
  });

  test('continues without its report if that is missing, and notes it in the new one', async () => {
    await using it = await setUp({ content: 'name,age\nA,x\nB,y\nC,z\n', parameters: { chunkRows: 1 } });
    const killed = it.context({ beforeCommit: dieAt(3) });
    await expect(run(killed)).rejects.toThrow('killed');
    await rm(join(it.folder, `${it.table}-errors.csv`));
    expect(await run(it.context({ lastCheckpoint: killed.checkpointed }))).toMatchObject({
      read: 3,
      rejected: 3,
    });
    expect(reportRows(await it.report()).map(([line, , error]) => [line, error?.slice(0, 30)])).toEqual([
      ['line', 'error'],
      ['3', 'The report of the 1 rows rejec'],
      ['3', '"y" is not an integer; accepte'],
      ['4', '"z" is not an integer; accepte'],
    ]);
  });

  test('killed at any chunk boundary or in the middle of any chunk, it ends with the same table and report', async () => {
    await fc.assert(
      fc.asyncProperty(file, kills, fc.integer({ min: 1, max: 5 }), async (content, deaths, chunkRows) => {
        const parameters = { chunkRows };
        await using undisturbed = await setUp({ content, parameters });
        const expected = await settle(() => run(undisturbed.context()));

        await using disturbed = await setUp({ content, parameters });
        let lastCheckpoint: Json | undefined;
        for (const { where, at } of deaths) {
          const context = disturbed.context({ lastCheckpoint, [where]: dieAt(at) });
          await run(context).catch((error: Error) => {
            if (error.message !== 'killed' && !(error instanceof PermanentError)) throw error;
          });
          lastCheckpoint = context.checkpointed;
        }
        const last = await settle(() => run(disturbed.context({ lastCheckpoint })));

        const same = (text: string): string => text.replaceAll(disturbed.table, undisturbed.table);
        expect(same(last)).toBe(expected);
        expect(await disturbed.rows()).toEqual(await undisturbed.rows());
        expect(await disturbed.report().catch(noFile)).toBe(await undisturbed.report().catch(noFile));
      }),
      { numRuns: fuzzRuns(0.2) },
    );
  }, 120_000);
});

const text = fc.string({
  unit: fc.constantFrom('a', 'Æ', '漢', '😀', ' ', '"', ',', '\n', '\r\n', '='),
  maxLength: 6,
});
const fileLine = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(text, fc.integer()).map(([name, age]) => `"${name.replaceAll('"', '""')}",${age}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'plain,1',
      'Ola,x',
      ',5',
      'too,many,values',
      'few',
      '"a"b,1',
      'c"d,2',
      '',
      '"open,1',
    ),
  },
);
const file = fc
  .record({
    mark: fc.constantFrom('', '\uFEFF'),
    end: fc.constantFrom('\n', '\r\n'),
    lines: fc.array(fileLine, { maxLength: 25 }),
    last: fc.boolean(),
  })
  .map(({ mark, end, lines, last }) => mark + ['name,age', ...lines].join(end) + (last ? end : ''));
const kills = fc.array(
  fc.record({
    where: fc.constantFrom('beforeCommit' as const, 'afterCheckpoint' as const),
    at: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function dieAt(number: number): (count: number) => void {
  return (count) => {
    if (count === number) throw new Error('killed');
  };
}

async function settle(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work());
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return error.message;
  }
}

function noFile(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') throw error;
  return '';
}
