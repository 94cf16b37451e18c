import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_TEXT, FILTERS } from '../../../test/support/archive-filters.ts';
import { FUZZ_RUNS } from '../../../test/support/fuzz.ts';
import { RequestError } from '../errors.ts';
import type { FilterContext } from './filter.ts';
import {
  MAX_FILTER_CONDITIONS,
  MAX_FILTER_DEPTH,
  MAX_FILTER_LENGTH,
  MAX_FILTER_VALUES,
  parseFilter,
} from './parser.ts';

const context: FilterContext = { associateId: 7, now: new Date('2026-05-13T14:45:10.500Z'), zone: 'UTC' };
const parse = (text: string) => parseFilter(text, context);

/** The parsed condition on a number. */
const number = (column: string, value: number) => ({ kind: 'compare', column, operator: '=', value });

describe('combinations', () => {
  test('a blank text is no filter', () => {
    expect(parse('')).toBeUndefined();
    expect(parse(' \t\n')).toBeUndefined();
  });

  test('and has precedence over or, parentheses over both', () => {
    const [a, b, c] = [number('StartCount', 1), number('StartCount', 2), number('StartCount', 3)];
    expect(parse('startCount eq 1 or startCount eq 2 and startCount eq 3')).toEqual({
      kind: 'or',
      parts: [a, { kind: 'and', parts: [b, c] }],
    });
    expect(parse('(startCount=1 OR startCount=2)And startCount=3')).toEqual({
      kind: 'and',
      parts: [{ kind: 'or', parts: [a, b] }, c],
    });
  });

  test('names match in any casing, with any white space', () => {
    expect(parse('STARTCOUNT\tEQ\n5')).toEqual(number('StartCount', 5));
    expect(parse('( ( startcount=5 ) )')).toEqual(number('StartCount', 5));
  });
});

describe('values', () => {
  test.each([
    ["'it''s 100% or ('", "it's 100% or ("],
    ["'Bob\\'s'", "Bob's"],
    ["'a\\\\'", 'a\\'],
    ["'C:\\temp\\new'", 'C:\\temp\\new'],
    ["'\\\\\\''", "\\'"],
    ["'[I:3]'", '[I:3]'],
  ])('the text %s', (written, value) => {
    expect(parse(`name eq ${written}`)).toEqual({
      kind: 'compare',
      column: 'DefinitionName',
      operator: '=',
      value,
    });
  });

  test('quotes', () => {
    expect(parse("name eq ''")).toMatchObject({ value: '' });
    expect(parse("name eq ''''")).toMatchObject({ value: "'" });
  });

  test('states by number and by name in any casing', () => {
    expect(parse('state eq 5')).toEqual(number('State', 5));
    expect(parse("state eq 'fAILED'")).toEqual(number('State', 5));
    expect(parse("state oneOf ('New', 3)")).toEqual({ kind: 'among', column: 'State', values: [1, 3] });
    expect(parse("cancellationBehaviour eq 'cannotcancel'")).toEqual(number('cancellationBehaviour', 2));
  });

  test('a date is the span of its precision', () => {
    const from = new Date('2026-05-01T00:00:00Z');
    const to = new Date('2026-05-02T00:00:00Z');
    const compared = (operator: string, value: Date) => ({
      kind: 'compare',
      column: 'updatedDate',
      operator,
      value,
    });
    expect(parse("updatedDate before '2026-05-01'")).toEqual(compared('<', from));
    expect(parse("updatedDate le '2026.5.1'")).toEqual(compared('<', to));
    expect(parse("updatedDate after '2026-5-1'")).toEqual(compared('>=', to));
    expect(parse("updatedDate date '2026-05-01T23:10'")).toEqual({
      kind: 'and',
      parts: [compared('>=', from), compared('<', to)],
    });
  });

  test('currentAssociate is the caller', () => {
    expect(parse('associateId currentAssociate')).toEqual(number('associateId', 7));
  });

  test('numbers, flags and dates in quotes and as clients encode them', () => {
    for (const three of ["'3'", '[I:3]', "'[I:3]'", '[F:3.0]', '+3'])
      expect(parse(`startCount eq ${three}`), three).toEqual(number('StartCount', 3));
    expect(parse('registeredDate date [D:2014-09-13]')).toEqual(parse("registeredDate date '2014.9.13'"));
    expect(parse("registeredDate eq '[DT:09/13/2014 12:30:00.0000000]'")).toEqual(
      parse("registeredDate eq '2014-09-13T12:30:00.0000000'"),
    );
    expect(parse("isSystemTask eq 'true'")).toEqual(parse('isSystemTask = 1'));
  });

  test.each([
    ['getNoRows set true', false],
    ['getNoRows set', false],
    ['getNoRows eq 1', false],
    ['getNoRows set false', true],
    ['getAllRows set true', true],
    ['getAllRows set false', true],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual({ kind: 'constant', value });
  });

  test('lists of OData and of the official client', () => {
    expect(parse('startCount in (1,2)')).toEqual(parse('startCount oneOf [1,2]'));
  });
});

describe('errors have their position', () => {
  test.each([
    ['nope eq 1', 1, '"nope"', 'DefinitionId, DefinitionName'],
    ['name', 5, 'the end', 'for DefinitionName one of eq, ne, is'],
    ['name eq', 8, 'the end', 'a text in single quotes'],
    ['name eq 5', 9, '"5"', 'a text in single quotes'],
    ["startCount contains 'a'", 12, '"contains"', 'for StartCount one of eq, ne, lt'],
    ["startCount eq 'a'", 15, "'a'", 'a 32-bit integer'],
    ['startCount eq 1.5', 15, '"1.5"', 'a 32-bit integer'],
    ['startCount eq 2147483648', 15, '"2147483648"', 'a 32-bit integer'],
    ["description lt 'a'", 13, '"lt"', 'for Description one of'],
    ['name currentAssociate', 6, '"currentAssociate"', 'for DefinitionName one of'],
    ["state eq 'Acquird'", 10, "'Acquird'", "'Aquired'"],
    ['startCount eq [I:x]', 15, '"[I:x]"', 'a 32-bit integer'],
    ['startCount eq [D:2014-09-13]', 15, '"[D:2014-09-13]"', 'a 32-bit integer'],
    ["name eq 'C:\\'", 9, 'an unterminated text', 'single quotes'],
    ['getNoRows ne true', 11, '"ne"', 'for getNoRows one of eq, set'],
    ["state eq 'All'", 10, "'All'", "'Failed'"],
    ['isSystemTask eq maybe', 17, '"maybe"', 'true or false'],
    ["lastStarted eq '2026-02-30'", 16, "'2026-02-30'", "'2026-11-24'"],
    ['lastStarted eq 2026', 16, '"2026"', "'2026-11-24'"],
    ["name eq 'a' name eq 'b'", 13, '"name"', 'and, or or the end'],
    ["name eq 'a' and", 16, 'the end', 'a column, a function or ('],
    ["(name eq 'a'", 13, 'the end', ')'],
    ["name eq 'a')", 12, '")"', 'and, or or the end'],
    ['()', 2, '")"', 'a column, a function or ('],
    ["name eq 'a", 9, 'an unterminated text', 'single quotes'],
    ["name eq 'a' && 1", 13, '"&"', 'a name, a number or a text'],
    ['name eq 😀', 9, '"😀"', 'a name, a number or a text'],
    ['startCount between (1)', 22, '")"', ','],
    ['startCount between 1', 20, '"1"', '('],
    ['startCount oneOf ()', 19, '")"', 'a 32-bit integer'],
    ['startCount oneOf (1;2)', 20, '";"', 'a name'],
    ['startCount oneOf [1,2)', 22, '")"', ']'],
    ["indexof(name,'a')", 1, '"indexof"', 'substringof'],
    ["toString(name,'a')", 1, '"toString"', 'substringof'],
    ["startswith(startCount,'a')", 12, '"startCount"', 'a text column'],
    ["startswith('a','b')", 16, "'b'", 'columns'],
    ['startswith(name,name)', 17, '"name"', 'a text in single quotes'],
    ["startswith(name,'a') eq 'x'", 25, "'x'", 'true or false'],
    ['this(name, week)', 6, '"name"', 'a date column'],
    ['this(lastStarted, decade)', 19, '"decade"', 'hour, day, week'],
    ['next(lastStarted, 0, week)', 19, '"0"', 'from 1 to 1000'],
    ['next(lastStarted, 1001, week)', 19, '"1001"', 'from 1 to 1000'],
    ['next(lastStarted, week)', 19, '"week"', 'from 1 to 1000'],
    ["name eq 'a' not name eq 'b'", 13, '"not"', 'and, or'],
  ])('%s: at %i', (text, at, there, accepted) => {
    expect(() => parse(text)).toThrow(`$filter is invalid at character ${at}: found ${there}; `);
    expect(() => parse(text)).toThrow(accepted);
  });

  test('NUL and lone surrogates are rejected', () => {
    expect(() => parse("name eq 'a\0'")).toThrow('NUL');
    expect(() => parse("name eq '\ud800'")).toThrow('surrogate');
  });
});

describe('limits', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}startCount eq 1${')'.repeat(depth)}`;
  test('depth', () => {
    expect(parse(nested(MAX_FILTER_DEPTH))).toEqual(number('StartCount', 1));
    expect(() => parse(nested(MAX_FILTER_DEPTH + 1))).toThrow(`character ${MAX_FILTER_DEPTH + 1}`);
    expect(() => parse('('.repeat(MAX_FILTER_LENGTH))).toThrow('a depth of');
  });
  test('conditions', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'startCount set').join(' or ');
    expect(parse(many(MAX_FILTER_CONDITIONS))).toMatchObject({ kind: 'or' });
    expect(() => parse(many(MAX_FILTER_CONDITIONS + 1))).toThrow('one condition too many');
  });
  test('values', () => {
    const among = (count: number) => `startCount in (${Array.from({ length: count }, () => 1).join()})`;
    expect(parse(among(MAX_FILTER_VALUES))).toMatchObject({ kind: 'among' });
    expect(() => parse(among(MAX_FILTER_VALUES + 1))).toThrow('one value too many');
  });
  test('length', () => {
    expect(() => parse(' '.repeat(MAX_FILTER_LENGTH + 1))).toThrow('50001 characters');
  });
});

describe('fuzz', { timeout: 600_000 }, () => {
  const refusedOrParsed = (text: string): void => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof RequestError) || error.kind !== 'invalid') throw error;
    }
  };

  test('any text is parsed or rejected', () => {
    fc.assert(fc.property(ANY_TEXT, refusedOrParsed), { numRuns: FUZZ_RUNS });
  });

  test('any sequence of tokens is parsed or rejected', () => {
    const words = fc.constantFrom(
      ...[
        'name',
        'state',
        'lastStarted',
        'associateId',
        'isSystemTask',
        'eq',
        'ne',
        'between',
        'oneOf',
        'set',
      ],
      ...[
        'contains',
        'today',
        'and',
        'or',
        '(',
        ')',
        '[',
        ']',
        ',',
        '=',
        '<',
        "'a'",
        "''",
        "'",
        '5',
        '-1',
        '1.5',
      ],
      ...[
        'this',
        'next',
        'startswith',
        'week',
        "'2026-01-01'",
        'true',
        'null',
        'not',
        '__proto__',
        'constructor',
      ],
    );
    const rows = fc.array(words, { maxLength: 25 }).map((row) => row.join(' '));
    fc.assert(fc.property(rows, refusedOrParsed), { numRuns: FUZZ_RUNS });
  });

  test('a valid filter with one character added, removed or changed is parsed or rejected', () => {
    const broken = fc
      .tuple(FILTERS, fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(..."'()=,<eq5 é\0"))
      .map(([{ text }, place, removed, inserted]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + inserted + text.slice(at + removed);
      });
    fc.assert(fc.property(broken, refusedOrParsed), { numRuns: FUZZ_RUNS });
  });
});
