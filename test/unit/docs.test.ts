import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/cli/output.ts';
import { ERROR_CODES, OPERATOR_CODES } from '../../src/core/errors.ts';

import { FieldRight, RIGHTS, TableRight } from '../../src/core/permissions.ts';
import { KINDS } from '../../src/http/errors.ts';
import { SETTINGS_PAGE, settingsPage } from '../support/settings-page.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the table of settings is that of the program', () => {
  const page = readFileSync(SETTINGS_PAGE, 'utf8');
  expect(page).toMatch(/^\| `PORT` \| `7243` \|/m);
  expect(page, 'run npm run settings').toBe(settingsPage(page));
});

test('the table of exit codes is that of the program', () => {
  const document = read('docs/command-line.md');
  const table = /<!-- exit codes:.*?-->\n([\s\S]*?)<!-- \/exit codes -->/.exec(document)?.[1] ?? '';
  const rows = table.trim().split('\n').slice(2);
  expect(rows).toEqual(Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`));
});

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every link to a file or heading in the documents leads somewhere', () => {
  for (const document of globSync(['*.md', '.github/*.md', '{docs,examples,bench}/**/*.md'], { cwd: root })) {
    const links = read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g);
    for (const [, target = '', anchor] of links) {
      const path = target === '' ? document : join(document, '..', target);
      expect(() => readFileSync(join(root, path)), `${document} links to ${target}`).not.toThrow(/ENOENT/);
      if (anchor !== undefined && path.endsWith('.md'))
        expect(anchorsOf(read(path)), `${document} links to ${target}#${anchor}`).toContain(anchor);
    }
  }
});

test('every path of the repository in the documents exists', () => {
  const documents = globSync(['*.md', '{docs,examples,bench}/**/*.md'], { cwd: root });
  for (const document of documents.filter((path) => path !== 'CHANGELOG.md')) {
    const paths = read(document).matchAll(
      /`((?:src|test|bench|dashboard|packages|scripts|deploy|docs)\/[\w./-]+)`/g,
    );
    for (const [, path = ''] of paths)
      if (path !== 'dashboard/dist') expect(existsSync(join(root, path)), `${document}: ${path}`).toBe(true);
  }
});

test('every decision has a status with a date and is in the index', () => {
  const index = read('docs/decisions/README.md');
  for (const path of globSync('docs/decisions/0*.md', { cwd: root })) {
    expect(read(path), path).toMatch(/^# \d{4} .+\n\nStatus: (accepted|superseded), \d{4}-\d\d-\d\d\./);
    expect(index).toContain(`](${path.slice('docs/decisions/'.length)})`);
  }
});

/** The rows of the table that a document marks with this name, as cells. */
function tableOf(document: string, name: string): string[][] {
  const table =
    new RegExp(`<!-- ${name}:.*?-->\\n([\\s\\S]*?)<!-- /${name} -->`).exec(read(document))?.[1] ?? '';
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the table of errors is that of the program', () => {
  const rows = tableOf('docs/reference/errors.md', 'errors');
  const kinds = Object.entries(KINDS).map(([kind, { status, type, code }]) => [
    kind,
    String(status),
    type,
    code,
  ]);
  expect(rows.map((row) => row.slice(0, 4))).toEqual(
    kinds.sort(([, a = ''], [, b = '']) => a.localeCompare(b)),
  );
  for (const [kind, , , , when] of rows) expect(when, kind).not.toBe('');
  const codes = tableOf('docs/reference/errors.md', 'codes').map(([code]) => code);
  expect(codes).toEqual([...ERROR_CODES]);
});

test('the table of the errors of the program is complete', () => {
  const rows = tableOf('docs/reference/errors.md', 'operator errors');
  expect(rows.map(([code, exitCode]) => [code, Number(exitCode)])).toEqual(Object.entries(OPERATOR_CODES));
  for (const [code = '', , when, remedy] of rows)
    for (const cell of [when, remedy]) expect(cell, code).not.toBe('');
  // Every code is used, so that none remains after its error was removed.
  const sources = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');
  for (const code of Object.keys(OPERATOR_CODES)) expect(sources).toContain(`'${code}'`);
});

test('the table of calls is complete, and every call in it exists', () => {
  // docs/reference/access.md is generated from the routes.
  const routes = [
    ...read('docs/reference/access.md').matchAll(/^\| `(\S+) (\/(?:api|openapi|docs|health|metrics)\S*)`/gm),
  ].map(([, method = '', path = '']) => `${method} ${path}`);
  const calls = tableOf('docs/reference/api.md', 'calls').flatMap(([cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, call = '']) => call),
  );
  const patternOf = (call: string): RegExp => {
    const pattern = call.replaceAll(/[.$]/g, '\\$&').replaceAll('{id}', '[^/]+').replaceAll('…', '.*');
    return new RegExp(`^${call.startsWith('/') ? '[A-Z]+ ' : ''}${pattern}$`);
  };
  expect(routes.length).toBeGreaterThan(50);
  expect(routes.filter((route) => !calls.some((call) => patternOf(call).test(route)))).toEqual([]);
  expect(calls.filter((call) => !routes.some((route) => patternOf(call).test(route)))).toEqual([]);
});

test('the table of rights is that of the program', () => {
  const bitsOf = (mask: number, bits: Record<string, number>): string =>
    Object.entries(bits)
      .filter(([, bit]) => (bit & (bit - 1)) === 0 && (mask & bit) !== 0)
      .map(([bit]) => bit)
      .join(', ') || 'None';
  expect(tableOf('docs/explanation/rights.md', 'rights')).toEqual(
    Object.entries(RIGHTS).map(([relation, { table, editable, rest }]) => [
      relation,
      bitsOf(table, TableRight),
      bitsOf(editable, FieldRight),
      bitsOf(rest, FieldRight),
    ]),
  );
});
