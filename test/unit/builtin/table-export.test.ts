import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { BUILTIN_DEFINITIONS } from '../../../src/builtin/index.ts';
import { tableExport } from '../../../src/builtin/table-export.ts';
import type { BatchTask } from '../../../src/core/task.ts';
import { RunEnded } from '../../../src/sdk/errors.ts';
import { fakeContext, parametersOf, TASK, tempFolder } from './fake-context.ts';

const TASKS: BatchTask[] = [
  {
    ...TASK,
    id: 1,
    name: 'a',
    state: 'Succeeded',
    ownerId: 0,
    result: '=1+1',
    description: 'two\nlines, "q"',
  },
  {
    ...TASK,
    id: 2,
    name: 'b',
    state: 'Failed',
    lastStarted: new Date('2024-05-06T07:08:09.123Z'),
    result: '-x',
  },
  { ...TASK, id: 3, name: 'b', state: 'Succeeded', response: '@æøå', result: '' },
];

async function exportTasks(given: object, tasks: readonly BatchTask[] = TASKS, taskId = 4) {
  await using folder = await tempFolder();
  const context = fakeContext({
    folder: folder.path,
    tasks,
    taskId,
    parameters: parametersOf(tableExport, given),
  });
  const result = await tableExport.run(context);
  const [name = ''] = context.files;
  return {
    context,
    result,
    files: await readdir(folder.path),
    text: await readFile(join(folder.path, name), 'utf8'),
  };
}

describe('table-export', () => {
  test('writes CSV with a header', async () => {
    const { result, files, text } = await exportTasks({});
    expect(result).toEqual({ tasks: 3, file: 'tasks.csv' });
    expect(files).toEqual(['tasks.csv']);
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      Id: '1',
      Name: 'a',
      State: 'Succeeded',
      AssociateId: '0',
      IsSystemTask: 'true',
      Created: '2024-01-02T03:04:05.000Z',
      LastStarted: '',
      Updated: '2024-01-02T03:04:06.000Z',
      StartCount: '1',
      Failures: '0',
      ProgressPercent: '0',
      ProgressDescription: '',
      Description: 'two\nlines, "q"',
      Request: '',
      Response: '',
      Result: "'=1+1",
      FileName: '',
      DetailsTable: '0',
      DetailsRecord: '0',
      DatabaseSerialNumber: 'T1',
    });
    expect(rows[1]).toMatchObject({
      LastStarted: '2024-05-06T07:08:09.123Z',
      Result: "'-x",
      IsSystemTask: 'false',
    });
    expect(rows[2]).toMatchObject({ Response: "'@æøå" });
  });

  test('leaves formulas unchanged if requested, and accepts another delimiter', async () => {
    const { text } = await exportTasks({
      escapeFormulas: 'false',
      columns: ['Id', 'Result'],
      delimiter: ';',
    });
    expect(text).toBe('Id;Result\n1;=1+1\n2;-x\n3;\n');
  });

  test('writes JSON Lines with the values as they are', async () => {
    const { result, text } = await exportTasks({
      format: 'jsonl',
      columns: ['Result', 'Id', 'LastStarted', 'IsSystemTask'],
    });
    expect(result).toEqual({ tasks: 3, file: 'tasks.jsonl' });
    expect(text).toBe(
      '{"Result":"=1+1","Id":1,"LastStarted":null,"IsSystemTask":true}\n' +
        '{"Result":"-x","Id":2,"LastStarted":"2024-05-06T07:08:09.123Z","IsSystemTask":false}\n' +
        '{"Result":"","Id":3,"LastStarted":null,"IsSystemTask":false}\n',
    );
  });

  test.each([
    [{ name: 'b' }, [2, 3]],
    [{ state: 'Succeeded' }, [1, 3]],
    [{ name: 'b', state: 'Succeeded' }, [3]],
    [{ name: 'none' }, []],
  ])('writes only what %j names', async (filter, ids) => {
    const { text } = await exportTasks({ ...filter, columns: ['Id'] });
    expect(text.split('\n')).toEqual(['Id', ...ids.map(String), '']);
  });

  test('reports progress by the count, and its position by the ids', async () => {
    const tasks = Array.from({ length: 1200 }, (_, index) => ({ ...TASK, id: index + 1 }));
    const { context } = await exportTasks({ columns: ['Id'] }, tasks, 1000);
    expect(context.told).toEqual([
      { percent: 50, text: '500 tasks written' },
      { percent: 99, text: '1000 tasks written' },
      { percent: 100, text: '1200 tasks written' },
    ]);
  });

  test.each(['csv', 'jsonl'])('stops where it is told to, and leaves no half file (%s)', async (format) => {
    await using folder = await tempFolder();
    const stopped = new RunEnded('stopped');
    const context = fakeContext({ folder: folder.path, parameters: parametersOf(tableExport, { format }) });
    const endless = async function* (): AsyncGenerator<BatchTask> {
      for (let id = 1; ; id++) {
        yield { ...TASK, id };
        if (id === 1000) context.abort(stopped);
      }
    };
    await expect(tableExport.run({ ...context, services: asServices({ tasks: endless }) })).rejects.toBe(
      stopped,
    );
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('fails with what reading the tasks fails with', async () => {
    await using folder = await tempFolder();
    const context = fakeContext({ folder: folder.path, parameters: parametersOf(tableExport, {}) });
    const failing = async function* (): AsyncGenerator<BatchTask> {
      yield TASK;
      throw new Error('the database is gone');
    };
    const run = tableExport.run({ ...context, services: asServices({ tasks: failing }) });
    await expect(run).rejects.toThrow('the database is gone');
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('its schema refuses columns and formats that do not exist', () => {
    expect(() => parametersOf(tableExport, { columns: ['Password'] })).toThrow();
    expect(() => parametersOf(tableExport, { format: 'xlsx' })).toThrow();
    expect(() => parametersOf(tableExport, { state: 'All' })).toThrow();
  });
});

type Services = ReturnType<typeof fakeContext>['services'];
const asServices = (services: Partial<Services>): Services => services as Services;

test('every definition that comes with the server has a name of its own, a description and a strict schema', () => {
  expect(BUILTIN_DEFINITIONS.map(({ name }) => name)).toEqual([
    'countdown',
    'csv-import',
    'http-requests',
    'table-export',
  ]);
  for (const definition of BUILTIN_DEFINITIONS) {
    expect(String(definition.description)).toMatch(/^[A-Z].*[^.]$/);
    expect(definition.parameters).toMatchObject({ type: 'object', additionalProperties: false });
  }
});
