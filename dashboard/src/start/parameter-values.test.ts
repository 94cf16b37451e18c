import { expect, test } from 'vitest';
import type { Tell } from '../texts.tsx';
import { controlOf, draftOf, type GroupDraft, readParameters } from './parameter-values.ts';

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
      items: {
        type: 'object',
        required: ['url'],
        properties: {
          url: { type: 'string' },
          headers: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
    retry: {
      type: 'object',
      properties: {
        limit: { type: 'integer', default: 3 },
        mode: { anyOf: [{ const: 'slow' }, { const: 2 }] },
      },
    },
    day: { type: 'string', format: 'date' },
    when: { type: 'string', format: 'date-time' },
    tags: { type: 'array', items: { type: 'string' } },
  },
};
const blank = draftOf(schema, undefined) as GroupDraft;
const read = (draft: GroupDraft) => readParameters(schema, { ...blank, ...draft }, t);
const mistakes = (draft: GroupDraft) => read(draft).mistakes;

test('values are read by their types, and empty controls are omitted', () => {
  const draft = { count: '3', who: 'anna', mode: 'fast', loud: 'false', list: [{ url: 'a', headers: '{}' }] };
  expect(read(draft)).toEqual({
    values: { count: 3, who: 'anna', mode: 'fast', loud: false, list: [{ url: 'a', headers: {} }] },
    mistakes: {},
  });
  expect(read({ count: '3', who: 'anna', mode: '' }).values).toEqual({ count: 3, who: 'anna' });
});

test.each([
  [{ type: 'integer' }, 'number'],
  [{ type: 'string' }, 'text'],
  [{ type: 'string', format: 'date' }, 'date'],
  [{ type: 'string', format: 'date-time' }, 'date-time'],
  [{ type: 'string', format: 'uri' }, 'url'],
  [{ type: 'string', format: 'email' }, 'email'],
  [{ type: 'string', format: 'password' }, 'password'],
  [{ enum: ['fast', 'safe'] }, 'choice'],
  [{ anyOf: [{ const: 'fast' }, { const: 2 }] }, 'choice'],
  [{ anyOf: [{ const: 'fast' }, { type: 'number' }] }, 'json'],
  [{ type: 'boolean' }, 'flag'],
  [{ type: 'array', items: { type: 'string' } }, 'list'],
  [{ type: 'array', items: {} }, 'json'],
  [{ type: 'object', properties: { a: { type: 'string' } } }, 'group'],
  [{ type: 'object', patternProperties: {} }, 'json'],
  [{}, 'json'],
])('%j has the control %s', (each, control) => {
  expect(controlOf(each)).toBe(control);
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
  [
    {
      count: '1',
      who: 'anna',
      list: [
        { url: 'a', headers: '' },
        { url: '', headers: '' },
      ],
    },
    { 'list/1/url': 'Required.' },
  ],
  [
    { count: '1', who: 'anna', list: [{ url: 'a', headers: '{ "x": 1 }' }] },
    { 'list/0/headers': 'x: Must be of type string.' },
  ],
  [{ count: '1', who: 'anna', day: 'Monday' }, { day: 'Must have the format date.' }],
])('%j: %j', (draft, expected) => {
  expect(mistakes(draft as unknown as GroupDraft)).toEqual(expected);
});

test('invalid JSON is reported', () => {
  const draft = { count: '1', who: 'anna', list: [{ url: 'a', headers: '[' }] };
  expect(mistakes(draft)['list/0/headers']).toMatch(/^Invalid JSON: /);
});

test('defaults of nested values are shown, and an untouched optional group is omitted', () => {
  expect(blank.retry).toEqual({ limit: '3', mode: '' });
  expect(read({ count: '1', who: 'anna' }).values).not.toHaveProperty('retry');
  expect(read({ count: '1', who: 'anna', retry: { limit: '4', mode: '' } }).values).toMatchObject({
    retry: { limit: 4 },
  });
});

test('unions of literals keep the types of their values', () => {
  const draft = { count: '1', who: 'anna', retry: { limit: '3', mode: '2' } };
  expect(read(draft).values).toMatchObject({ retry: { limit: 3, mode: 2 } });
});

test('the parameters of a task fill the controls, and are read back', () => {
  const values = {
    count: 2,
    who: 'anna',
    loud: false,
    list: [{ url: 'a', headers: { b: 'c' } }],
    when: '2026-11-29T18:30:00.000Z',
    tags: ['x', 'y'],
  };
  expect(readParameters(schema, draftOf(schema, values), t)).toEqual({ values, mistakes: {} });
});
