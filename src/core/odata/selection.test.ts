import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_TEXT } from '../../../test/support/archive-filters.ts';
import { FUZZ_RUNS } from '../../../test/support/fuzz.ts';
import { RequestError } from '../errors.ts';
import { DEFAULT_COLUMNS } from './columns.ts';
import { parseOrder } from './filter.ts';
import { groupingOf } from './grouping.ts';
import { parseSelection } from './selection.ts';

describe('$select', () => {
  const columns = (text: string) =>
    parseSelection(text).map(({ label, expression }) => [label, expression.column]);

  test('columns in any casing, labeled as requested, without duplicates', () => {
    expect(columns(' NAME, batchtaskid,NAME,DefinitionName ')).toEqual([
      ['NAME', 'DefinitionName'],
      ['batchtaskid', 'batchTaskId'],
      ['DefinitionName', 'DefinitionName'],
    ]);
  });

  test('the default is the columns of the contract', () => {
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
    ['Sum(name)', 'DefinitionName is not a number', 'Count'],
    ['Avg(lastStarted)', 'LastStarted is not a number', 'Count'],
    ['GroupBy(Sum(startCount))', 'the columns'],
    ['DatePart(registeredDate)', 'DatePart accepts one of Year'],
    ['DatePart(registeredDate):Decade', 'DatePart accepts one of Year'],
    ['DatePart(name):Year', 'one of LastStarted'],
    ['Weighted(startCount)', 'the columns'],
    ['Weighted(startCount;name)', 'is accepted instead of DefinitionName'],
    ['Count(name', '"Count(name"', 'the columns'],
    ['GroupBy(name):1,2', 'the columns'],
    ['constructor', '"constructor"', 'the columns'],
    [Array.from({ length: 101 }, () => 'name').join(), '101 columns', '100'],
    [Array.from({ length: 6 }, (_, index) => `GroupBy(name):${index + 1}`).join(), '6 GroupBy columns', '5'],
    [
      Array.from({ length: 21 }, (_, index) => `Sum(state)${' '.repeat(index)}:Header`).join(),
      '21 aggregates',
      '20',
    ],
  ])('%s is rejected', (text, ...says) => {
    for (const part of says) expect(() => parseSelection(text)).toThrow(part);
  });

  test('any text is parsed or rejected', () => {
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

  test('there are none without GroupBy and aggregates', () => {
    expect(grouping('name,DatePart(registeredDate):Year,description:HideDetail')).toBeUndefined();
  });

  test('the outermost level is first, and groups are sorted before tasks', () => {
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

  test('HideDetail on every column omits the tasks and lets groups be sorted by an aggregate', () => {
    const select = 'GroupBy(name):Footer,HideDetail,Sum(startCount):HideDetail';
    expect(grouping(select, 'Sum(startCount):HideDetail DESC')).toMatchObject({
      showsDetails: false,
      byAggregate: { descending: true, item: { role: 'Sum' } },
    });
    expect(() => grouping('name,Sum(startCount)', 'Sum(startCount)')).toThrow(
      'an aggregate is only accepted if every column',
    );
    expect(() => grouping('name,Sum(startCount):Footer,2')).toThrow('no GroupBy of level 2');
  });
});

describe('$orderBy', () => {
  const id = (descending: boolean) => ({ column: 'batchTaskId', descending });

  test('by default, the newest task is first', () => {
    expect(parseOrder('')).toEqual([id(true)]);
  });

  test('ties are broken by id in the direction of the last column', () => {
    expect(parseOrder('name')).toEqual([{ column: 'DefinitionName', descending: false }, id(false)]);
    expect(parseOrder('STATE ASC, name Desc')).toEqual([
      { column: 'State', descending: false },
      { column: 'DefinitionName', descending: true },
      id(true),
    ]);
  });

  test('columns after the id are dropped', () => {
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
  ])('%s is rejected', (text, says) => {
    expect(() => parseOrder(text)).toThrow(says);
  });
});
