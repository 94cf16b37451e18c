import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../odata/parser.ts';
import { filterOfSearch } from './filter.ts';
import { MAX_SEARCH_LENGTH, parseSearch, writeSearch } from './parser.ts';
import { QUALIFIER_NAMES } from './qualifiers.ts';

const CONTEXT = { associateId: 7, now: new Date('2026-11-25T14:30:00Z'), zone: 'UTC' };

/** Searches made of everything that the grammar knows, and of anything else. */
const SEARCHES = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...QUALIFIER_NAMES.map((name) => `${name}:`),
          'foo:',
          '-',
          ' ',
          ',',
          '"',
          '\\',
          '..',
          '*',
        ),
        fc.constantFrom(
          '<',
          '>=',
          '=',
          'failed',
          'running',
          'me',
          '12',
          '-3',
          'today',
          '2h',
          '2026-11-24',
          '2026-2-30',
        ),
        fc.constantFrom('2026-11-24T10:00', 'no', 'queue', 'C4711', 'a-b', 'ä', '"a \\" b"', ' ', ' '),
        fc.string({ maxLength: 5 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

describe('a search', () => {
  test('is parsed or refused with a position, and parsed again as the same terms', () => {
    fc.assert(
      fc.property(SEARCHES, (text) => {
        const parsed = parseSearch(text);
        if (parsed.problem !== undefined) {
          expect(parsed.problem.at).toBeLessThanOrEqual(text.length);
          expect(() => filterOfSearch(text, CONTEXT)).toThrow(/^\$search: /);
          return;
        }
        expect(parseSearch(writeSearch(parsed.terms))).toEqual(parsed);
        if (parsed.terms.length > 0) expect(filterOfSearch(text, CONTEXT)).toBeDefined();
      }),
    );
  });

  const all = (...parts: unknown[]) => ({ kind: 'and', parts });
  const words = (...sequences: [string[], boolean][]) => ({
    kind: 'words',
    sequences: sequences.map(([words, isPrefix]) => ({ words, isPrefix })),
    id: undefined,
  });

  test.each([
    ['  ', undefined],
    ['C4711', words([['C4711'], true])],
    ['"C4711"', words([['C4711'], false])],
    ['import.csv -ok', all(words([['import', 'csv'], true]), { kind: 'not', part: words([['ok'], true]) })],
    ['a %', words([['a'], true])],
    ['12', { ...words([['12'], false]), id: 12 }],
    ['#12 a', words([['12'], false], [['a'], true])],
    ['owner:Ada', { kind: 'owner', name: 'Ada' }],
    [
      'priority:5..9',
      all(
        ...[
          { operator: '>=', value: 5 },
          { operator: '<=', value: 9 },
        ].map((bound) => ({ kind: 'compare', column: 'priority', ...bound })),
      ),
    ],
  ])('%s', (text, filter) => {
    expect(filterOfSearch(text, CONTEXT)).toEqual(filter);
  });

  test.each([
    ['definition:csv-import', "name eq 'csv-import'"],
    ['name:"a b"', "name eq 'a b'"],
    ['definition:csv*', "name begins 'csv'"],
    ['state:failed', "state eq 'Failed' and stopped eq false"],
    ['state:failed,stopped', "state eq 'Failed'"],
    ['State:RUNNING,new', "state oneOf ('New', 'Aquired', 'Started')"],
    ['owner:me', 'associateId eq 7'],
    ['owner:system,3', 'associateId eq 0 or associateId eq 3'],
    ['created:2026-11-01', "registeredDate ge '2026-11-01' and registeredDate lt '2026-11-02'"],
    ['created:>2026-11-01', "registeredDate ge '2026-11-02'"],
    ['created:today', "registeredDate ge '2026-11-25' and registeredDate lt '2026-11-26'"],
    ['created:2h', "registeredDate ge '2026-11-25T12:30:00Z' and registeredDate lt '2026-11-26T14:30:00Z'"],
    ['due:2h', "dueAt ge '2026-11-25T14:30:00Z' and dueAt lt '2026-11-25T16:30:00Z'"],
    ['waits:worker', "waitsFor eq 'NoWorker'"],
    ['stopped:no', 'stopped eq false'],
    ['priority:>0', 'priority gt 0'],
    ['id:1,2', 'batchTaskId eq 1 or batchTaskId eq 2'],
    ['tenant:cust1', "DbTag eq 'cust1'"],
    ['attempts:>=2 parent:5', 'StartCount ge 2 and parentId eq 5'],
    ['schedule:3', 'scheduleId eq 3'],
  ])('%s is %s', (text, filter) => {
    expect(filterOfSearch(text, CONTEXT)).toEqual(parseFilter(filter, CONTEXT));
  });

  test('with a negated qualifier is the opposite', () => {
    const part = { kind: 'compare', column: 'batchTaskId', operator: '=', value: 1 };
    expect(filterOfSearch('-id:1', CONTEXT)).toEqual({ kind: 'not', part });
  });

  test.each([
    ['foo:1', 0, /^"foo:" at character 1 is not a qualifier; definition, state/],
    ['a state:', 8, /^state: at character 9 has no value; new, /],
    ['state:x', 6, /^state: has the value "x" at character 7; new, /],
    ['id:1,x', 5, /^id: has the value "x" at character 6; a number such as/],
    ['created:>today', 8, /^created: has the value ">today"/],
    ['created:2026-02-30', 8, /^created: has the value "2026-02-30"/],
    ['a "b', 2, /^The quotation mark at character 3 is not closed\.$/],
    ['- %', 0, /^"- %" has no letter or digit/],
    ['x'.repeat(MAX_SEARCH_LENGTH + 1), MAX_SEARCH_LENGTH, /^The search is 501 characters long; at most 500/],
  ])('%s is refused', (text, at, reason) => {
    const { problem } = parseSearch(text);
    expect(problem?.at).toBe(at);
    expect(String(problem?.message)).toMatch(reason);
  });
});
