import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';
import type { TestProject } from 'vitest/node';

const CHECKOUT = resolve(import.meta.dirname, '../..');

/** Packages of the server that consist of hundreds of small modules, with what the sources import of each. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  jose: ['jose'],
  kysely: ['kysely', 'kysely/migration'],
  typebox: ['typebox', 'typebox/value'],
};

/** Sources that processes and threads start with, and those that handlers of tests import. */
const ENTRIES = [
  'src/cli/main.ts',
  'src/builtin/index.ts',
  'src/db/pglite/thread-entry.ts',
  'src/queue/threads/entry.ts',
  ...globSync('src/sdk/*.ts', { cwd: CHECKOUT, exclude: ['**/*.test.ts'] }),
];

/** Makes later processes start faster: the compile cache of Node.js and the bundles, which stay after a run. */
export const COMPILED = process.env.TEST_COMPILED ?? join(tmpdir(), 'batchline-test-compiled');

/** The folder of the bundles. Its name contains a hash of their sources, so stale bundles are never used. */
export const BUNDLES = process.env.TEST_BUNDLES ?? join(COMPILED, `bundles-${hashOfSources()}`);

/**
 * Vitest calls this once. Loading modules one by one takes two fifths of the CPU time in which a server starts. Processes that
 * tests start (`quick-start.ts`) therefore load bundles, except in watch mode, in which the sources change.
 */
export default async function setup({ vitest }: TestProject): Promise<void> {
  if (vitest.config.watch) {
    process.env.TEST_BUNDLES = '';
    return;
  }
  const exists = await stat(BUNDLES).catch(() => undefined);
  if (exists !== undefined) return;
  const { build } = await import('vite');
  await mkdir(COMPILED, { recursive: true });
  const made = await mkdtemp(`${BUNDLES}-`);
  const input = [...Object.values(PACKAGES).flat(), ...ENTRIES].map((each) => [bundleName(each), each]);
  await build({
    configFile: false,
    logLevel: 'error',
    root: CHECKOUT,
    publicDir: false,
    plugins: [ownAddresses],
    ssr: { noExternal: Object.keys(PACKAGES) },
    build: {
      ssr: true,
      target: 'esnext',
      outDir: made,
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(input),
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
      },
    },
  });
  // Another run may have been faster; its bundles are the same.
  await rename(made, BUNDLES).catch(() => rm(made, { recursive: true }));
}

/** The name of the bundle of a package's entry or of a source. */
function bundleName(entry: string): string {
  return entry.replaceAll('/', '-');
}

/** A source finds files beside it by its own address, also in a bundle. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  enforce: 'pre',
  transform: (code, id) =>
    id.startsWith(join(CHECKOUT, 'src'))
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      : undefined,
};

function hashOfSources(): string {
  const hash = createHash('sha256').update(CHECKOUT);
  const sources = globSync('{src,packages/client}/**/*.{ts,js,json}', { cwd: CHECKOUT }).toSorted();
  for (const path of [...sources, 'package-lock.json', 'test/support/bundled-modules.ts'])
    hash.update(path).update(readFileSync(join(CHECKOUT, path)));
  return hash.digest('hex').slice(0, 16);
}
