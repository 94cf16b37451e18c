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

test('values are read by their types, and empty controls are omitted', () => {
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
  [{}, { count: 'Required.', who: 'Required.' }],
  [{ count: 'x', who: 'anna' }, { count: 'Enter a number.' }],
  [{ count: '1.5', who: 'anna' }, { count: 'Enter a whole number.' }],
  [{ count: '9', who: 'anna' }, { count: 'Must be at most 5.' }],
  [{ count: '0', who: 'anna' }, { count: 'Must be at least 1.' }],
  [{ count: '1', who: 'a' }, { who: 'Too short; the minimum length is 2.' }],
  [{ count: '1', who: 'Anna' }, { who: 'Must match the pattern ^[a-z]+$.' }],
  [{ count: '1', who: 'anna', mode: 'odd' }, { mode: 'Must be one of: fast, safe' }],
  [{ count: '1', who: 'anna', list: '[{}]' }, { list: '0: Missing: url' }],
  [{ count: '1', who: 'anna', list: '{}' }, { list: 'Must be of type array.' }],
])('%j: %j', (texts, expected) => {
  expect(mistakes(texts)).toEqual(expected);
});

test('invalid JSON is reported', () => {
  expect(mistakes({ count: '1', who: 'anna', list: '[' }).list).toMatch(/^Invalid JSON: /);
});

test('the parameters of a task fill the controls', () => {
  expect(toText(undefined, 'text')).toBe('');
  expect(toText(false, 'flag')).toBe('false');
  expect(toText([1], 'json')).toBe('[\n  1\n]');
});
