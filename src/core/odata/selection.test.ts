import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_TEXT } from '../../../test/support/archive-filters.ts';
import { FUZZ_RUNS } from '../../../test/support/fuzz.ts';
import { RequestError } from '../errors.ts';
import { DEFAULT_COLUMNS } from './columns.ts';
import { groupingOf } from './grouping.ts';
import { parseOrder } from './order.ts';
import { parseSelection } from './selection.ts';

describe('$select', () => {
  const columns = (text: string) =>
    parseSelection(text).map(({ label, expression }) => [label, expression.column]);

  test('columns in any casing, as they are spelled, once each', () => {
    expect(columns(' NAME, batchtaskid,NAME,DefinitionName ')).toEqual([
      ['NAME', 'DefinitionName'],
      ['batchtaskid', 'batchTaskId'],
      ['DefinitionName', 'DefinitionName'],
    ]);
  });

  test('nothing is the columns of the contract', () => {
    for (const text of ['', ' , '])
      expect(columns(text)).toEqual(DEFAULT_COLUMNS.map((name) => [name, name]));
  });

  const places = { header: false, footer: false, hideDetail: false, level: undefined };

  test.each([
    ['Count(state):Footer', { role: 'Count', expression: { column: 'State' }, ...places, footer: true }],
    [
      'sum( StartCount ):header',
      { role: 'Sum', expression: { column: 'StartCount' }, ...places, header: true },
    ],
    [
      'avg(progressPercent) : HideDetail : Footer',
      { role: 'Avg', expression: { column: 'ProgressPercent' }, ...places, hideDetail: true, footer: true },
    ],
    ['GroupBy(name)', { role: 'group', expression: { column: 'DefinitionName' }, ...places, level: 1 }],
    [
      'GroupBy(name):HideDetail,Header,Footer,2',
      {
        role: 'group',
        expression: { column: 'DefinitionName' },
        header: true,
        footer: true,
        hideDetail: true,
        level: 2,
      },
    ],
    [
      'GroupBy(DatePart(registeredDate):YearMonth):Header',
      {
        role: 'group',
        expression: { column: 'registeredDate', part: { name: 'YearMonth', zone: 'Europe/Oslo' } },
        ...places,
        header: true,
        level: 1,
      },
    ],
    [
      'DatePart(lastStarted):Hour,HideDetail',
      {
        role: 'value',
        expression: { column: 'LastStarted', part: { name: 'Hour', zone: 'Europe/Oslo' } },
        ...places,
        hideDetail: true,
      },
    ],
    [
      'Sum(Weighted(startCount;progressPercent)):Footer',
      {
        role: 'Sum',
        expression: { column: 'StartCount', weight: 'ProgressPercent' },
        ...places,
        footer: true,
      },
    ],
    [
      'description:HideDetail',
      { role: 'value', expression: { column: 'Description' }, ...places, hideDetail: true },
    ],
  ])('%s', (text, item) => {
    expect(parseSelection(`state,${text},parentId`, 'Europe/Oslo')[1]).toEqual({ label: text, ...item });
  });

  test.each([
    ['nope', '"nope"', 'ProgressPercent'],
    ['name;state', '"name;state"', 'the columns'],
    ['Count(nope)', '"Count(nope)"', 'the columns'],
    ['Count(name):Nope', 'HideDetail', 'Footer'],
    ['Count(name;state)', '"Count(name;state)"', 'the columns'],
    ['Total(name)', '"Total(name)"', 'GroupBy, Count, CountAll, Sum, Avg, Min, Max, Median, Percent'],
    ['CurrencyConvert(startCount;state)', 'CurrencyConvert and Expression are not supported'],
    ['Sum(Expression(startCount;state):Multiply)', 'CurrencyConvert and Expression are not supported'],
    ['Sum(name)', 'DefinitionName is no number', 'Count'],
    ['Avg(lastStarted)', 'LastStarted is no number', 'Count'],
    ['GroupBy(Sum(startCount))', 'the columns'],
    ['DatePart(registeredDate)', 'DatePart takes one of Year'],
    ['DatePart(registeredDate):Decade', 'DatePart takes one of Year'],
    ['DatePart(name):Year', 'in place of DefinitionName, one of LastStarted'],
    ['Weighted(startCount)', 'the columns'],
    ['Weighted(startCount;name)', 'in place of DefinitionName, one of'],
    ['Count(name', '"Count(name"', 'the columns'],
    ['GroupBy(name):1,2', 'the columns'],
    ['constructor', '"constructor"', 'the columns'],
    [Array.from({ length: 101 }, () => 'name').join(), '101 columns', '100'],
    [Array.from({ length: 6 }, (_, index) => `GroupBy(name):${index + 1}`).join(), '6 GroupBy columns', '5'],
    [
      Array.from({ length: 21 }, (_, index) => `Sum(state)${' '.repeat(index)}:Header`).join(),
      '21 sums',
      '20',
    ],
  ])('%s is refused', (text, ...says) => {
    for (const part of says) expect(() => parseSelection(text)).toThrow(part);
  });

  test('any text is a selection or refused', () => {
    const words = fc.constantFrom(
      ...[
        'name',
        'State',
        'GroupBy',
        'Count',
        'DatePart',
        'Weighted',
        '(',
        ')',
        ':',
        ',',
        ';',
        'Header',
        'Year',
      ],
      ...['registeredDate', '2', ' ', 'HideDetail', "'", '__proto__'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          ANY_TEXT,
          fc.array(words).map((row) => row.join('')),
        ),
        (text) => {
          try {
            groupingOf(parseSelection(text), text);
          } catch (error) {
            if (!(error instanceof RequestError)) throw error;
          }
        },
      ),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('groups', () => {
  const grouping = (select: string, order = '') => groupingOf(parseSelection(select), order);

  test('without GroupBy and sums there are none', () => {
    expect(grouping('name,DatePart(registeredDate):Year,description:HideDetail')).toBeUndefined();
  });

  test('the outermost level first, and their order before that of the tasks', () => {
    const select = 'GroupBy(state):Footer,2,name,GroupBy(name):Header,1,Count(state)';
    expect(grouping(select, 'GroupBy(state):Footer,2 desc, description')).toMatchObject({
      levels: [1, 2],
      showsDetails: true,
      groupOrder: [
        { column: 'DefinitionName', descending: false },
        { column: 'State', descending: true },
      ],
      order: [
        { column: 'DefinitionName', descending: false },
        { column: 'State', descending: true },
        { column: 'Description', descending: false },
        { column: 'batchTaskId', descending: false },
      ],
    });
    expect(grouping(select, 'groupby( DefinitionName ) desc')?.groupOrder[0]?.descending).toBe(true);
  });

  test('HideDetail on every column leaves no tasks, and such groups are sorted by a sum', () => {
    const select = 'GroupBy(name):Footer,HideDetail,Sum(startCount):HideDetail';
    expect(grouping(select, 'Sum(startCount):HideDetail DESC')).toMatchObject({
      showsDetails: false,
      byAggregate: { descending: true, item: { role: 'Sum' } },
    });
    expect(() => grouping('name,Sum(startCount)', 'Sum(startCount)')).toThrow(
      'groups by a sum if every column',
    );
    expect(() => grouping('name,Sum(startCount):Footer,2')).toThrow('no GroupBy of level 2');
  });
});

describe('$orderBy', () => {
  const id = (descending: boolean) => ({ column: 'batchTaskId', descending });

  test('without any, the newest is the first', () => {
    expect(parseOrder('')).toEqual([id(true)]);
  });

  test('ties are broken by the id in the direction of the last column', () => {
    expect(parseOrder('name')).toEqual([{ column: 'DefinitionName', descending: false }, id(false)]);
    expect(parseOrder('STATE ASC, name Desc')).toEqual([
      { column: 'State', descending: false },
      { column: 'DefinitionName', descending: true },
      id(true),
    ]);
  });

  test('what stands behind the id sorts nothing', () => {
    expect(parseOrder('batchTaskId,name desc')).toEqual([id(false)]);
  });

  test.each([
    ['nope', '"nope"'],
    ['request', '"request"'],
    ['Response desc', '"Response desc"'],
    ['progressDescription', '"progressDescription"'],
    ['getNoRows', '"getNoRows"'],
    ['name up', '"name up"'],
    ['name desc desc', '"name desc desc"'],
    ['name,NAME desc', 'DefinitionName more than once'],
    ['name,state,fileName,result,description,context', '6 columns'],
  ])('%s is refused', (text, says) => {
    expect(() => parseOrder(text)).toThrow(says);
  });
});
