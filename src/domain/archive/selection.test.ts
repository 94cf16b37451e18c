import { describe, expect, test } from 'vitest';
import { DEFAULT_COLUMNS } from './columns.ts';
import { parseOrder } from './order.ts';
import { parseSelection } from './selection.ts';

describe('$select', () => {
  test('columns in any casing, once each, in their order', () => {
    expect(parseSelection(' NAME, batchtaskid,name ').columns).toEqual(['name', 'batchTaskId']);
  });

  test('nothing is the columns of the contract', () => {
    expect(parseSelection('')).toEqual({ columns: DEFAULT_COLUMNS, aggregates: [], hideDetail: false });
    expect(parseSelection(' , ').columns).toEqual(DEFAULT_COLUMNS);
    expect(DEFAULT_COLUMNS).toEqual([
      ...['batchTaskId', 'name', 'state', 'associateId', 'description', 'request', 'response', 'startCount'],
      ...[
        'lastStarted',
        'registeredDate',
        'updatedDate',
        'progressPercent',
        'progressDescription',
        'fileName',
      ],
    ]);
  });

  test('aggregates with their modifiers', () => {
    const { columns, aggregates, hideDetail } = parseSelection(
      'state,Count(name):Footer,sum( StartCount ):header, avg(progressPercent) : HideDetail : Footer : Header',
    );
    expect(columns).toEqual(['state']);
    expect(hideDetail).toBe(true);
    expect(aggregates).toEqual([
      { function: 'Count', column: 'name', label: 'Count(name):Footer', header: false, footer: true },
      {
        function: 'Sum',
        column: 'startCount',
        label: 'sum( StartCount ):header',
        header: true,
        footer: false,
      },
      {
        function: 'Avg',
        column: 'progressPercent',
        label: 'avg(progressPercent) : HideDetail : Footer : Header',
        header: true,
        footer: true,
      },
    ]);
  });

  test('an aggregate without a place is a footer', () => {
    expect(parseSelection('CountAll(name)').aggregates).toMatchObject([{ header: false, footer: true }]);
  });

  test.each([
    ['nope', '"nope"', 'progressPercent'],
    ['name;state', '"name;state"', 'the columns'],
    ['Count(nope)', '"Count(nope)"', 'the columns'],
    ['Count(name):Nope', 'HideDetail', 'Footer'],
    ['GroupBy(name)', '"GroupBy(name)"', 'Count, CountAll, Sum, Avg'],
    ['Sum(name)', 'name is no number', 'Count'],
    ['Avg(lastStarted)', 'lastStarted is no number', 'Count'],
    ['Count(name', '"Count(name"', 'the columns'],
    ['constructor', '"constructor"', 'the columns'],
    [Array.from({ length: 101 }, () => 'name').join(), '101 columns', '100'],
  ])('%s is refused', (text, ...says) => {
    for (const part of says) expect(() => parseSelection(text)).toThrow(part);
  });
});

describe('$orderBy', () => {
  const id = (descending: boolean) => ({ column: 'batchTaskId', descending });

  test('without any, the newest is the first', () => {
    expect(parseOrder('')).toEqual([id(true)]);
  });

  test('ties are broken by the id in the direction of the last column', () => {
    expect(parseOrder('name')).toEqual([{ column: 'name', descending: false }, id(false)]);
    expect(parseOrder('STATE ASC, name Desc')).toEqual([
      { column: 'state', descending: false },
      { column: 'name', descending: true },
      id(true),
    ]);
  });

  test('what stands behind the id sorts nothing', () => {
    expect(parseOrder('batchTaskId,name desc')).toEqual([id(false)]);
  });

  test.each([
    ['nope', '"nope"'],
    ['name up', '"name up"'],
    ['name desc desc', '"name desc desc"'],
    ['name,NAME desc', 'name more than once'],
    ['name,state,request,response,description,context', '6 columns'],
  ])('%s is refused', (text, says) => {
    expect(() => parseOrder(text)).toThrow(says);
  });
});
