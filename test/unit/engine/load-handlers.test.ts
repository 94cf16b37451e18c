import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadHandlers, Registry } from '../../../src/queue/registry.ts';

const SDK = join(import.meta.dirname, '../../../src/sdk/index.ts');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'batchline-handlers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const definition = (name: string): string =>
  `import { defineTask } from ${JSON.stringify(SDK)};\nexport const it = defineTask({ name: '${name}', description: 'x', run() {} });\n`;

test('loads every definition that a module exports, and knows where from', async () => {
  const path = write(
    'good.ts',
    `${definition('one')}export const two = defineTask({ name: 'two', description: 'x', run() {} });\nexport const other = 5;`,
  );
  const registry = new Registry(30);
  await loadHandlers(registry, [path]);
  expect(registry.names()).toEqual(['one', 'two']);
  expect(registry.get('two').source).toEqual({ module: `file://${path}`, exported: 'two' });
});

test.each([
  ['throws.mjs', 'throw new Error("kaboom")', 'kaboom'],
  ['syntax.mjs', 'export const = ;', 'Unexpected token'],
  ['nothing.mjs', 'export const x = 1;', 'exports no definition'],
  ['missing-import.mjs', 'import "./not-there.mjs";', 'not-there.mjs'],
])('a broken module is reported with its name and its error: %s', async (name, text, problem) => {
  const path = write(name, text);
  const loading = loadHandlers(new Registry(30), [path]);
  await expect(loading).rejects.toThrow(path);
  await expect(loading).rejects.toThrow(problem);
});

test('two modules can not define the same name', async () => {
  const paths = [write('first.ts', definition('same')), write('second.ts', definition('same'))];
  await expect(loadHandlers(new Registry(30), paths)).rejects.toThrow('two definitions called "same"');
});
