import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { defineTask, type TaskDefinition } from '../sdk/define-task.ts';
import { Registry } from './registry.ts';

const source = { module: 'file:///nowhere.ts', exported: 'it' };
const definition = (more: Partial<TaskDefinition> = {}): TaskDefinition =>
  ({
    ...defineTask({ name: 'report', description: 'A report', run: () => undefined }),
    ...more,
  }) as TaskDefinition;

const withParameters = (): Registry => {
  const registry = new Registry(30);
  const parameters = Type.Object(
    {
      seconds: Type.Number({ minimum: 0, maximum: 10 }),
      deep: Type.Optional(Type.Boolean()),
      columns: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
      format: Type.String({ enum: ['csv', 'jsonl'], default: 'csv' }),
    },
    { additionalProperties: false },
  );
  registry.add(definition({ parameters }), source);
  return registry;
};
const read = (parameters: Record<string, unknown>) =>
  withParameters().get('report').readParameters(parameters);

describe('names', () => {
  test('match case-insensitively and are sorted', () => {
    const registry = new Registry(30);
    registry.add(definition({ name: 'b' }), source);
    registry.add(definition({ name: 'A.1' }), source);
    expect(registry.get('a.1').definition.name).toBe('A.1');
    expect(registry.names()).toEqual(['A.1', 'b']);
  });

  test('that are unknown are rejected with a list of the existing ones', () => {
    expect(() => withParameters().get('nope')).toThrow(
      'There is no definition called "nope"; the definitions are report.',
    );
  });

  test.each(['', '-x', 'a b', 'a/b', "a'b", 'x'.repeat(101), 'ä'])('%j is not a valid name', (name) => {
    expect(() => new Registry(30).add(definition({ name }), source)).toThrow('definition name');
  });

  test('are unique, ignoring case', () => {
    const registry = withParameters();
    expect(() => registry.add(definition({ name: 'REPORT' }), source)).toThrow('two definitions');
  });
});

describe('parameters', () => {
  test('given as a dictionary of strings are coerced to the types of the schema', async () => {
    expect(await read({ seconds: '2.5', deep: 'true', columns: '[{"name":"id"}]' })).toEqual({
      seconds: 2.5,
      deep: true,
      columns: [{ name: 'id' }],
      format: 'csv',
    });
  });

  test('match their names case-insensitively', async () => {
    expect(await read({ Seconds: 1 })).toMatchObject({ seconds: 1 });
  });

  test('are not modified by reading them', async () => {
    const given = { seconds: '1' };
    await read(given);
    expect(given).toEqual({ seconds: '1' });
  });

  test.each([
    [{}, 'seconds is missing'],
    [{ seconds: 'soon' }, 'seconds must be number'],
    [{ seconds: 11 }, 'seconds must be <= 10'],
    [{ seconds: 1, speed: 2 }, 'speed is not a parameter'],
    [{ seconds: 1, columns: '[{' }, 'columns is not JSON'],
    [{ seconds: 1, columns: '[{}]' }, 'columns.0.name is missing'],
    [{ seconds: 1, format: 'xml' }, 'format must be one of csv, jsonl'],
  ])('%j is rejected: %s', async (parameters, message) => {
    await expect(read(parameters)).rejects.toThrow(`ParameterObject of report: ${message}`);
  });
});

test('a number of retries is a limit with the default delays', () => {
  const registry = new Registry(30);
  registry.add(definition({ retries: 2 }), source);
  expect(registry.get('report').retry).toEqual({
    limit: 2,
    lostLimit: 3,
    delay: 1,
    factor: 2,
    maxDelay: 300,
  });
});

test('an invalid schema is reported with the name of its definition', () => {
  const parameters = { type: 'object', properties: { to: { type: 'string', format: 'e-mail' } } };
  expect(() => new Registry(30).add(definition({ parameters }), source)).toThrow(
    'The parameters of "report": unknown format "e-mail"',
  );
});

test.each([
  { retries: -1 },
  { retries: { delay: Number.NaN } },
  { heartbeat: 1 },
  { heartbeat: 2.5 },
  { limits: { concurrent: 0 } },
  { limits: { rate: { runs: 1.5, seconds: 1 } } },
  { limits: { rate: { runs: 1, seconds: 0 } } },
])('%j is not a valid definition', (more) => {
  expect(() => new Registry(30).add(definition(more), source)).toThrow('report');
});
