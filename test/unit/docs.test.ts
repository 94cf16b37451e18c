import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test("README's table of settings is that of the program", () => {
  const table = /<!-- settings:.*?-->\n([\s\S]*?)<!-- \/settings -->/.exec(read('README.md'))?.[1] ?? '';
  const rows = table.trim().split('\n').slice(2);
  expect(rows).toEqual(
    SETTINGS.map(
      ({ name, fallback, meaning }) =>
        `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |`,
    ),
  );
});

test('every link to a file in the documents leads somewhere', () => {
  for (const document of globSync(['*.md', '{docs,examples,bench}/**/*.md'], { cwd: root })) {
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      const path = join(root, document, '..', target);
      expect(() => readFileSync(path), `${document} links to ${target}`).not.toThrow(/ENOENT/);
    }
  }
});
