import { describe, expect, test } from 'vitest';
import list from '../../../scripts/banned-idioms.json' with { type: 'json' };
import { createChecker } from '../../../scripts/prose/check.ts';

const check = createChecker(list.idioms);
const phrases = (path: string, source: string) => check(path, source).map(({ phrase }) => phrase);

test.each([
  ['Whoever starts a task owns it.', 'Whoever'],
  ['The client is told that the task has failed.', 'is told'],
  ['The worker is told to stop.', undefined],
  ['Returns null where there is no parent.', 'null where there'],
  ['Where the header is missing, the call is refused.', 'Where the'],
  ['Continues where the previous run left off.', undefined],
  ['Returns `undefined` where the task has ended.', '`…` where the'],
  ['A run keeps its lease by a sign of life.', 'sign of life'],
  ['The task goes on from its checkpoint.', 'goes on'],
  ['The task continues from its checkpoint.', undefined],
  ['The parent of a family is locked first.', 'family'],
  ['The state stands in the address.', 'stands in'],
  ['This tells the reader to retry.', undefined],
  ['`GET` tells the state.', 'tells'],
  ['The name `whoever` is code.', undefined],
  ['See [the page](https://example.org/whoever).', undefined],
  ['```sh\necho whoever\n```', undefined],
  ['A phrase that\ncontinues: it is\ntold.', 'is told'],
])('in a document, %j is reported as %j', (sentence, phrase) => {
  expect(phrases('docs/page.md', sentence)).toEqual(phrase === undefined ? [] : [phrase]);
});

describe('in code', () => {
  test('comments are read, wrapped or not, and their code is not', () => {
    const source =
      '/**\n * Runs until it is\n * told of it. `whoever`\n */\nconst a = 1; // somebody\n// no\n// body else\n';
    expect(check('src/a.ts', source)).toEqual([
      { line: 2, phrase: 'is told', use: expect.stringContaining('notified') },
      { line: 5, phrase: 'somebody', use: expect.stringContaining('someone') },
    ]);
  });

  test('a comment does not start with a noun clause', () => {
    const source =
      '/** What a run returns. */\n/** How often it polls, in ms. */\n/** The most rows. */\n// What if it fails?\n';
    expect(phrases('src/a.ts', source)).toEqual(['What a', 'How often', 'The most rows']);
    expect(phrases('docs/a.md', '## What is translated')).toEqual([]);
  });

  test('texts are read, names and SQL are not', () => {
    const source = [
      "const whoever = { 'somebody': 1 };",
      "log.warn('what waits is lost');",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source code
      'throw invalid`${name + `for ${"somebody else"}`} is at rest now`;',
      'const rows = await sql<Row>`select 1 where nobody`;',
      "const query = 'select 1 where nobody';",
      'const pattern = /whoever "is told/;',
    ].join('\n');
    expect(phrases('src/a.ts', source)).toEqual(['what waits', 'somebody', 'at rest']);
  });

  test('of a test, only comments and titles are read', () => {
    const source =
      "test('somebody waits', () => send('nobody is told'));\ntest.each([['nobody here']])('tells %s', f);";
    expect(phrases('test/a.test.ts', source)).toEqual(['somebody', 'tells']);
  });

  test('comments of scripts and settings files are read', () => {
    expect(phrases('deploy/values.yaml', 'name: whoever # for somebody\n# what\n# waits\n')).toEqual([
      'somebody',
      'what waits',
    ]);
  });
});

test('every idiom compiles, is listed once and has a replacement', () => {
  expect(new Set(list.idioms.map(({ find }) => find)).size).toBe(list.idioms.length);
  for (const { find, use } of list.idioms) {
    expect(use, find).not.toBe('');
    expect(() => createChecker([{ find, use }]), find).not.toThrow();
  }
});
