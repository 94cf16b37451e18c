import { describe, expect, test } from 'vitest';
import { sourceFiles, sqlTexts } from '../support/sql-texts.ts';

/** What not every kind of database takes, and the only files that may have it: they ask the backend first. */
const UNPORTABLE: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly but?: readonly string[];
}[] = [
  { what: 'an advisory lock', pattern: /pg_(try_)?advisory/i },
  {
    what: 'a constraint that is checked at commit',
    pattern: /\b(deferrable|initially deferred|set constraints)\b/i,
  },
  { what: 'a lock of a table', pattern: /\block table\b/i },
  {
    what: 'LISTEN or NOTIFY',
    pattern: /\blisten\b|\bnotify\b|pg_notify/i,
    but: ['src/store/postgres/notify-channel.ts', 'src/store/postgres/prove-signals.ts'],
  },
  { what: 'a look at locks', pattern: /pg_locks/i, but: ['src/store/events/audit-writers.ts'] },
  {
    what: "a transaction's number or snapshot",
    pattern: /\bxid8?\b|\bxmin\b|pg_current_(xact|snapshot)|txid_/i,
  },
  {
    what: 'a trigger or a procedure',
    pattern: /\bcreate (or replace )?(trigger|procedure)\b|plpgsql|\bdo \$\$/i,
  },
  {
    what: 'an id against the sequence',
    pattern: /overriding (system|user) value/i,
    but: ['src/store/move/copy-rows.ts'], // into PostgreSQL
  },
  { what: 'an empty select list', pattern: /\bselect\s+from\b/i },
  { what: 'a limit that is not a constant', pattern: /\blimit\s+(?!\?|\d)/i },
  { what: 'a sum as a limit', pattern: /\b(limit|offset)\s+(\?|\d+)\s*[-+*/]/i },
  { what: 'a parameter of no type times an interval', pattern: /\? \* interval/i },
  { what: 'a function that is PostgreSQL’s alone', pattern: /\b(starts_with|isfinite)\(/i },
  {
    what: 'an index of another kind',
    pattern: /\busing (brin|gin|gist|hash)\b/i,
    but: ['src/store/migrations/0011-statistics.ts'],
  },
  {
    what: 'a function of our own',
    pattern: /\bcreate (or replace )?function\b/i,
    but: ['src/store/migrations/0004-archive.ts'],
  },
  { what: 'a temporary or unlogged table', pattern: /\bcreate (temp|temporary|unlogged)\b/i },
];

describe('our SQL has nothing that a distributed database lacks (docs/distributed.md)', () => {
  const texts = sqlTexts();

  test('the texts are found', () => {
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.some(({ text }) => text.startsWith('listen'))).toBe(true);
    expect(texts.some(({ text }) => text.includes('update batchline.task as t set'))).toBe(true);
  });

  test.each(UNPORTABLE)('no $what', ({ pattern, but = [] }) => {
    const having = texts.filter(({ text }) => pattern.test(text));
    expect(having.filter(({ file }) => !but.includes(file))).toEqual([]);
    // Who is excepted has it; otherwise the exception is old.
    for (const file of but) expect(having.map((one) => one.file)).toContain(file);
  });

  test('no statement writes a table twice', () => {
    const tablesOf = (text: string): string[] =>
      [...text.matchAll(/\b(?:update|insert into|delete from)\s+(batchline\w*\.\w+|\?)/gi)].map(
        ([, table]) => table ?? '',
      );
    const claim = texts.find(({ text }) => text.includes('claimed as ('));
    expect(tablesOf(claim?.text ?? '')).toEqual(['batchline.task', '?']);
    const twice = texts.filter(({ text }) => new Set(tablesOf(text)).size < tablesOf(text).length);
    expect(twice).toEqual([]);
  });

  test('every transaction is made again where the database asks for it', () => {
    const files = sourceFiles().filter(({ source }) => /\.(transaction|startTransaction)\(\)/.test(source));
    expect(files.map(({ file }) => file)).toEqual(['src/store/transaction.ts']);
  });
});
