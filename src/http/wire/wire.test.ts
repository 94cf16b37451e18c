import { describe, expect, test } from 'vitest';
import { CarrierReader } from './carrier-reader.ts';
import { fieldRightMask, tableRightMask } from './masks.ts';
import { applySelect, readSelect } from './select.ts';
import { readTaskId } from './task-id.ts';

describe('CarrierReader', () => {
  test('finds names in any casing and tells absent from null', () => {
    const carrier = new CarrierReader({ dESCription: 'x', response: null }, 'BatchTaskInfo');
    expect(carrier.text('Description')).toBe('x');
    expect(carrier.text('Response')).toBe('');
    expect(carrier.text('Request')).toBeUndefined();
  });

  test.each([[[]], ['text'], [5], [null], [undefined], [true]])('%j is no carrier', (body) => {
    expect(() => new CarrierReader(body, 'The body')).toThrow('an object is accepted');
  });

  test('the same name in two casings is refused only where it is asked for', () => {
    const carrier = new CarrierReader(
      { State: 'New', state: 'Failed', Name: 'a', name: 'b' },
      'BatchTaskInfo',
    );
    expect(() => carrier.state('State')).toThrow('more than once');
    expect(carrier.text('Request')).toBeUndefined();
  });

  test.each([
    ['text', 5],
    ['text', {}],
    ['int', '5'],
    ['int', 1.5],
    ['int', 2 ** 31],
    ['flag', 'true'],
    ['flag', 1],
    ['ints', [1, 'x']],
    ['ints', 5],
    ['dictionary', []],
    ['dictionary', 'x'],
    ['state', null],
    ['state', {}],
    ['state', 'Acquired'],
    ['state', 7],
  ] as const)('as %s, %j is refused with the name of the property', (kind, value) => {
    const carrier = new CarrierReader({ It: value }, 'BatchTaskInfo');
    expect(() => carrier[kind]('It')).toThrow(/^It of BatchTaskInfo is /);
  });

  test('__proto__ is a name like any other', () => {
    const carrier = new CarrierReader(JSON.parse('{"__proto__":{"Description":"x"}}'), 'BatchTaskInfo');
    expect(carrier.text('Description')).toBeUndefined();
  });
});

test('masks are written as the contract writes them', () => {
  expect(tableRightMask(15)).toBe('FULL');
  expect(tableRightMask(3)).toBe('Select, Update');
  expect(tableRightMask(11)).toBe('Select, Update, Delete');
  expect(tableRightMask(0)).toBe('None');
  expect([0, 1, 2, 3].map(fieldRightMask)).toEqual(['None', 'Read', 'Write', 'Update']);
  expect(fieldRightMask(1 | 128)).toBe('Read, UIHintReadOnly');
  expect(fieldRightMask(32)).toBe('Nullable');
});

describe('$select', () => {
  test('nulls what is not selected and keeps every property', () => {
    const selected = readSelect(' name, STATE ');
    expect(applySelect({ Id: 1, Name: 'x', State: 'New' }, selected)).toEqual({
      Id: null,
      Name: 'x',
      State: 'New',
    });
  });
  test('without names selects all', () => {
    expect(applySelect({ Id: 1 }, readSelect(' , '))).toEqual({ Id: 1 });
  });
  test('refuses what is no property', () => {
    expect(() => readSelect('Name,Nope')).toThrow('$select names "Nope"');
  });
});

describe('task ids', () => {
  test.each([
    ['1', 1],
    ['007', 7],
    ['-1', -1],
    ['2147483647', 2147483647],
  ])('%s is one', (text, id) => {
    expect(readTaskId(text)).toBe(id);
  });
  test.each(['', ' ', '1.0', '1e3', '0x1', '+1', '2147483648', '99999999999', 'abc', '١'])(
    '%j is none',
    (text) => {
      expect(() => readTaskId(text)).toThrow('a whole number of 32 bits');
    },
  );
});
