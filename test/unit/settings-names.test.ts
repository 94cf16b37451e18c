import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/settings/settings.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Variables of the tests, which the server doesn't read. */
const TEST_VARIABLES = /^BATCHLINE_(FAULT|FUZZ|MODEL|TEST)/;

/** Files that use earlier names on purpose: history, tests of the names, and programs of earlier releases. */
const USES_EARLIER_NAMES = [
  'CHANGELOG.md',
  'docs/reference/settings.md',
  'release/keep-data.ts',
  'src/config.test.ts',
  'src/settings',
  'test/unit/settings-names.test.ts',
];

test('the repository uses settings by their current names', () => {
  const names = new Set(SETTINGS.map(({ name }) => name));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  const wrong: string[] = [];
  for (const file of files) {
    if (file === '' || USES_EARLIER_NAMES.some((path) => file.startsWith(path))) continue;
    // A name that ends in an underscore is the beginning of several.
    for (const [name] of readFileSync(join(ROOT, file), 'latin1').matchAll(
      /\bBATCHLINE_[A-Z0-9_]*[A-Z0-9]\b/g,
    ))
      if (!names.has(name) && !TEST_VARIABLES.test(name)) wrong.push(`${file}: ${name}`);
  }
  expect(wrong).toEqual([]);
});
