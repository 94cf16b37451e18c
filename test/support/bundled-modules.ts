import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Packages of the server that consist of hundreds of small modules, with what the sources import of each. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  jose: ['jose'],
  kysely: ['kysely', 'kysely/migration'],
  typebox: ['typebox', 'typebox/value'],
};

/** Makes later processes start faster: the compile cache of Node.js and the bundles of these packages, which stay after a run. */
export const COMPILED = process.env.TEST_COMPILED ?? join(tmpdir(), 'batchline-test-compiled');

/** The folder of the bundles. Its name has the versions of the packages, so that no other ones are ever used. */
export const BUNDLES = join(
  COMPILED,
  Object.keys(PACKAGES)
    .map((name) => `${name}-${versionOf(name)}`)
    .join('+'),
);

/**
 * Vitest calls this once. Loading these packages takes a third of the CPU time in which a server or a command starts. Processes
 * that tests start (`quick-start.ts`) therefore load a bundle of each, and the sources as they are.
 */
export default async function setup(): Promise<void> {
  const exists = await stat(BUNDLES).catch(() => undefined);
  if (exists !== undefined) return;
  const { build } = await import('vite');
  await mkdir(COMPILED, { recursive: true });
  const made = await mkdtemp(`${BUNDLES}-`);
  const input = Object.values(PACKAGES)
    .flat()
    .map((specifier) => [specifier.replace('/', '-'), specifier]);
  await build({
    configFile: false,
    logLevel: 'error',
    root: resolve(import.meta.dirname, '../..'),
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'esnext',
      outDir: made,
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(input),
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  // Another run may have been faster; its bundles are the same.
  await rename(made, BUNDLES).catch(() => rm(made, { recursive: true }));
}

function versionOf(name: string): string {
  const manifest = resolve(import.meta.dirname, '../../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
