import { expect, test } from 'vitest';
import type { Tell } from '../texts.tsx';
import { controlOf, readParameters, toText } from './parameter-values.ts';

const t: Tell = (parts, ...values) =>
  parts.reduce((text, part, index) => `${text}${values[index - 1]}${part}`);

const schema = {
  type: 'object',
  required: ['count', 'who'],
  additionalProperties: false,
  properties: {
    count: { type: 'integer', minimum: 1, maximum: 5 },
    who: { type: 'string', minLength: 2, pattern: '^[a-z]+$' },
    mode: { enum: ['fast', 'safe'] },
    loud: { type: 'boolean' },
    list: {
      type: 'array',
      items: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
    },
  },
};
const mistakes = (texts: Record<string, string>) => readParameters(schema, texts, t).mistakes;

test('what stands in the controls is read by its type, and what is empty is not given', () => {
  const texts = { count: '3', who: 'anna', mode: 'fast', loud: 'false', list: '[]' };
  expect(readParameters(schema, texts, t)).toEqual({
    values: { count: 3, who: 'anna', mode: 'fast', loud: false, list: [] },
    mistakes: {},
  });
  expect(readParameters(schema, { count: '3', who: 'anna', mode: '' }, t).values).toEqual({
    count: 3,
    who: 'anna',
  });
  expect(Object.values(schema.properties).map(controlOf)).toEqual([
    'number',
    'text',
    'choice',
    'flag',
    'json',
  ]);
});

test.each([
  [{}, { count: 'It is needed.', who: 'It is needed.' }],
  [{ count: 'x', who: 'anna' }, { count: 'A number is accepted.' }],
  [{ count: '1.5', who: 'anna' }, { count: 'A whole number is accepted.' }],
  [{ count: '9', who: 'anna' }, { count: 'At most 5 is accepted.' }],
  [{ count: '0', who: 'anna' }, { count: 'At least 1 is accepted.' }],
  [{ count: '1', who: 'a' }, { who: 'It is too short; at least 2 is accepted.' }],
  [{ count: '1', who: 'Anna' }, { who: 'It does not fit the pattern ^[a-z]+$.' }],
  [{ count: '1', who: 'anna', mode: 'odd' }, { mode: 'Accepted: fast, safe' }],
  [{ count: '1', who: 'anna', list: '[{}]' }, { list: '0: Missing: url' }],
  [{ count: '1', who: 'anna', list: '{}' }, { list: 'Accepted: array' }],
])('%j: %j', (texts, expected) => {
  expect(mistakes(texts)).toEqual(expected);
});

test('text that is no JSON is told as such', () => {
  expect(mistakes({ count: '1', who: 'anna', list: '[' }).list).toMatch(/^It is not JSON: /);
});

test('what a task was started with stands in the controls', () => {
  expect(toText(undefined, 'text')).toBe('');
  expect(toText(false, 'flag')).toBe('false');
  expect(toText([1], 'json')).toBe('[\n  1\n]');
});
