import { describe, expect, test } from 'vitest';
import { tableExport } from '../../builtin/table-export.ts';
import { RequestError } from '../../core/errors.ts';
import { parameterCheck } from './validator.ts';

/** Maximum length of an error, in characters: ten problems with their names. */
const MAX_ERROR_LENGTH = 10 * 600;

function resultOf(schema: object | undefined, parameters: Record<string, unknown>): string {
  try {
    parameterCheck('report', schema)(parameters);
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
  return 'accepted';
}

const objects = (count: number, make: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, i) => make(i));
const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
const property = (schema: object): object => ({ type: 'object', properties: { it: schema } });

test('each property is checked by its own pattern', () => {
  const schema = {
    type: 'object',
    properties: {
      word: { type: 'string', pattern: '^[a-z]+$' },
      delimiter: { type: 'string', pattern: '^[^"\\r\\n]$' },
    },
    patternProperties: { '^n[0-9]$': { type: 'string', pattern: '^[0-9]+$' } },
    additionalProperties: false,
  };
  const check = (parameters: Record<string, unknown>): string => resultOf(schema, parameters);
  expect(check({ word: 'a', delimiter: ',', n1: '7' })).toBe('accepted');
  expect(check({ word: ',' })).toContain('word must match pattern "^[a-z]+$"');
  expect(check({ delimiter: '"' })).toContain('delimiter must match pattern');
  expect(check({ n1: 'a' })).toContain('n1 must match pattern "^[0-9]+$"');
  expect(check({ ab: '7' })).toContain('ab is not a parameter');
});

describe('hostile parameters are rejected quickly, with a short error', () => {
  test.each<[string, object | undefined, Record<string, unknown>, string]>([
    [
      'distinct objects in place of columns',
      tableExport.parameters,
      { columns: objects(40_000, (i) => ({ i })) },
      'columns must NOT have more than 20 items',
    ],
    [
      'strings in place of columns',
      tableExport.parameters,
      { columns: objects(90_000, (i) => `c${i}`) },
      'columns must NOT have more than 20 items',
    ],
    [
      'many invalid items',
      property({ type: 'array', items: { enum: ['a'] } }),
      { it: objects(90_000, (i) => `c${i}`) },
      'it.0 must be one of a',
    ],
    [
      'a few invalid items',
      property({ type: 'array', items: { type: 'object' } }),
      { it: objects(50, (i) => i) },
      'it.9 must be object; and more',
    ],
    [
      'many unknown parameters',
      { ...property({}), additionalProperties: false },
      Object.fromEntries(objects(900, (i) => [`p${i}`.padEnd(1000, 'x'), 1]) as [string, number][]),
      '… is not a parameter; and more',
    ],
    [
      'an unknown parameter with a long name',
      { ...property({}), additionalProperties: false },
      { ['x'.repeat(900_000)]: 1 },
      '… is not a parameter',
    ],
    [
      'a pattern with catastrophic backtracking',
      property({ type: 'string', pattern: '^(a+)+$' }),
      { it: `${'a'.repeat(900_000)}!` },
      'it must match pattern "^(a+)+$"',
    ],
    [
      'property names for a pattern with catastrophic backtracking',
      { type: 'object', patternProperties: { '^(a+)+$': {} }, additionalProperties: false },
      { [`${'a'.repeat(100_000)}!`]: 1 },
      'is not a parameter',
    ],
    [
      'a text that is too long for its pattern',
      property({ type: 'string', pattern: '^(.*a.{900})$' }),
      { it: 'a'.repeat(900_000) },
      'too long for its pattern',
    ],
    [
      'a long text with a format',
      property({ type: 'string', format: 'email' }),
      { it: 'a.'.repeat(400_000) },
      'it must match format "email"',
    ],
    [
      'values nested deeper than the stack',
      {
        type: 'object',
        properties: { it: { $ref: '#/$defs/list' } },
        $defs: { list: { type: 'array', items: { $ref: '#/$defs/list' } } },
      },
      { it: deep(200_000) },
      'nested too deeply',
    ],
    [
      'unique items nested deeper than the stack',
      property({ type: 'array', uniqueItems: true }),
      { it: [deep(200_000)] },
      'nested too deeply',
    ],
    [
      'equal items far apart',
      property({ type: 'array', uniqueItems: true }),
      { it: [...objects(100_000, (i) => ({ i, j: [i] })), { j: [7], i: 7 }] },
      '(items ## 7 and 100000 are identical)',
    ],
  ])('%s', (_, schema, parameters, expected) => {
    const text = resultOf(schema, parameters);
    expect(text).toContain(expected);
    expect(text.length).toBeLessThan(MAX_ERROR_LENGTH);
  });
});

test('many distinct items are unique', () => {
  const schema = property({ type: 'array', uniqueItems: true });
  expect(resultOf(schema, { it: objects(100_000, (i) => ({ i })) })).toBe('accepted');
});

test.each<[string, unknown, boolean]>([
  ['email', 'a@example.com', true],
  ['email', 'a', false],
  ['uri', 'https://example.com/a', true],
  ['uri', 'no', false],
  ['url', 'https://example.com/a', true],
  ['url', 'file:///etc/passwd', false],
  ['date-time', '2026-11-29T10:00:00Z', true],
  ['date-time', '2026-13-29T10:00:00Z', false],
  ['uuid', '9f1b5c3e-4d1f-4a63-9a0e-0d8f3c2b1a00', true],
  ['uuid', '9f1b5c3e', false],
  ['ipv4', '127.0.0.1', true],
  ['ipv4', '127.0.0.256', false],
  ['regex', '^a$', true],
  ['regex', '(', false],
  ['byte', 'aGVs'.repeat(1000), true],
])('the format %s, case %#', (format, value, isAccepted) => {
  const text = resultOf(property({ type: 'string', format }), { it: value });
  expect(text).toBe(isAccepted ? 'accepted' : `ParameterObject of report: it must match format "${format}".`);
});

test.each([
  [{ type: 'string', format: 'e-mail' }, 'unknown format "e-mail"'],
  [{ type: 'string', pattern: '(?=a)b' }, 'linear time'],
  [{ type: 'string', pattern: '(' }, 'Invalid regular expression'],
  [{ type: 'text' }, 'type must be'],
])('%j is not a valid schema', (schema, problem) => {
  expect(() => parameterCheck('report', property(schema))).toThrow(problem);
});
