import { describe, expect, test } from 'vitest';
import { ObjectReader } from '../body/object-reader.ts';
import { fieldRightMask, tableRightMask } from './batch-task-codec.ts';
import { readTaskId, selector } from './batch-task-params.ts';

describe('ObjectReader', () => {
  test('finds names case-insensitively and distinguishes absent from null', () => {
    const payload = new ObjectReader({ dESCription: 'x', response: null }, 'BatchTaskInfo');
    expect(payload.text('Description')).toBe('x');
    expect(payload.text('Response')).toBe('');
    expect(payload.text('Request')).toBeUndefined();
  });

  test.each([[[]], ['text'], [5], [null], [undefined], [true]])('rejects %j', (body) => {
    expect(() => new ObjectReader(body, 'The body')).toThrow('an object is accepted');
  });

  test('rejects a name in two spellings only when it is read', () => {
    const payload = new ObjectReader(
      { State: 'New', state: 'Failed', Name: 'a', name: 'b' },
      'BatchTaskInfo',
    );
    expect(() => payload.state('State')).toThrow('more than once');
    expect(payload.text('Request')).toBeUndefined();
  });

  test.each([
    ['text', {}],
    ['text', []],
    ['int', ''],
    ['int', '5x'],
    ['int', '2147483648'],
    ['int', true],
    ['int', 1.5],
    ['int', 2 ** 31],
    ['flag', 'yes'],
    ['flag', ''],
    ['flag', 1],
    ['ints', [1, 'x']],
    ['ints', 5],
    ['ints', '1,2'],
    ['dictionary', 'x'],
    ['dictionary', 5],
    ['state', {}],
    ['state', true],
    ['state', 'Akquired'],
    ['state', 7],
    ['state', '7'],
  ] as const)('as %s, rejects %j with the name of the property', (kind, value) => {
    const payload = new ObjectReader({ It: value }, 'BatchTaskInfo');
    expect(() => payload[kind]('It')).toThrow(/^It of BatchTaskInfo is /);
  });

  test.each([
    ['text', 5, '5'],
    ['text', -1.5, '-1.5'],
    ['text', true, 'true'],
    ['int', '5', 5],
    ['int', '-2147483648', -2147483648],
    ['int', 5.0, 5],
    ['flag', 'true', true],
    ['flag', 'False', false],
    ['ints', ['1', 2], [1, 2]],
    ['dictionary', [], {}],
    [
      'dictionary',
      [
        { Key: 'a', Value: 'b' },
        { key: 'c', VALUE: [2] },
      ],
      { a: 'b', c: [2] },
    ],
    ['state', null, undefined],
    ['state', '', undefined],
    ['state', ' ', undefined],
    ['state', 'acquired', 'Aquired'],
    ['state', 'Assigned', 'Aquired'],
    ['state', 5, 'Failed'],
    ['state', '5', 'Failed'],
    ['state', '99999', 'All'],
  ] as const)('as %s, reads %j as %j, like Newtonsoft (contract, section 4)', (kind, value, expected) => {
    expect(new ObjectReader({ It: value }, 'BatchTaskInfo')[kind]('it')).toEqual(expected);
  });

  test('treats __proto__ as an ordinary name', () => {
    const payload = new ObjectReader(JSON.parse('{"__proto__":{"Description":"x"}}'), 'BatchTaskInfo');
    expect(payload.text('Description')).toBeUndefined();
  });
});

test('masks are formatted as in the contract', () => {
  expect(tableRightMask(15)).toBe('FULL');
  expect(tableRightMask(3)).toBe('Select, Update');
  expect(tableRightMask(11)).toBe('Select, Update, Delete');
  expect(tableRightMask(0)).toBe('None');
  expect([0, 1, 2, 3].map(fieldRightMask)).toEqual(['None', 'Read', 'Write', 'Update']);
  expect(fieldRightMask(1 | 128)).toBe('Read, UIHintReadOnly');
  expect(fieldRightMask(32)).toBe('Nullable');
});

describe('$select (contract, sections 2 and 3)', () => {
  const payload = {
    Id: 1,
    Name: 'x',
    IsSystemTask: false,
    ParameterObject: { a: { b: 1 }, c: 2 },
    TableRight: { Mask: 'FULL', Reason: '' },
    FieldProperties: {
      Id: { FieldRight: { Mask: 'Read', Reason: '' }, FieldType: 'System.Int32' },
      State: {},
    },
  };
  const nulls = Object.fromEntries(Object.keys(payload).map((name) => [name, null]));

  test.each([
    [{ $select: ' name, ID ' }, { ...nulls, Name: 'x', Id: 1 }],
    [{ $SELECT: 'Name,Nope,Nope/x' }, { ...nulls, Name: 'x' }],
    [{ $select: 'Nope' }, nulls],
    [{ $select: 'tableright/mask' }, { ...nulls, TableRight: { Mask: 'FULL', Reason: null } }],
    [{ $select: 'TableRight/Mask,TableRight' }, { ...nulls, TableRight: payload.TableRight }],
    [{ $select: 'TableRight,TableRight/Mask' }, { ...nulls, TableRight: payload.TableRight }],
    [{ $select: 'ParameterObject/C' }, { ...nulls, ParameterObject: { c: 2 } }],
    [{ $select: 'ParameterObject/a/b/c' }, { ...nulls, ParameterObject: { a: { b: 1 } } }],
    [
      { $select: 'FieldProperties/Id/FieldRight' },
      { ...nulls, FieldProperties: { Id: { FieldRight: { Mask: 'Read', Reason: '' }, FieldType: null } } },
    ],
    [{ $select: 'Name/x' }, { ...nulls, Name: 'x' }],
    [{ $select: ' , ' }, payload],
    [{ Select: 'Id' }, payload],
    [{}, payload],
  ])('%j', (query, expected) => {
    expect(selector(query)(payload)).toEqual(expected);
  });
});

describe('task ids', () => {
  test.each([
    ['1', 1],
    ['007', 7],
    ['-1', -1],
    ['+1', 1],
    ['2147483647', 2147483647],
  ])('reads %s', (text, id) => {
    expect(readTaskId(text)).toBe(id);
  });
  test.each(['', ' ', '1.0', '1e3', '0x1', '++1', '2147483648', '99999999999', 'abc', '١'])(
    'rejects %j',
    (text) => {
      expect(() => readTaskId(text)).toThrow('a 32-bit integer');
    },
  );
});
