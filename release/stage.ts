import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');

/** Fields of the manifest that the published package keeps; the others are for the checkout. */
const KEPT = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'repository',
  'type',
  'engines',
  'bin',
  'exports',
  'imports',
  'dependencies',
] as const;

/**
 * Stages the package in a folder, which is emptied first: the built server, the built dashboard, the client, and a manifest
 * without fields for the checkout.
 *
 * @throws if the build fails
 */
export async function stagePackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  run(join(ROOT, 'node_modules/.bin/tsc'), [
    '-p',
    'tsconfig.build.json',
    '--checkers',
    '1',
    '--outDir',
    join(folder, 'dist'),
  ]);
  run(process.execPath, ['dashboard/build.ts']);
  await cp(join(ROOT, 'dashboard/dist'), join(folder, 'dashboard/dist'), { recursive: true });
  await mkdir(join(folder, 'packages/client'), { recursive: true });
  for (const file of ['index.js', 'index.d.ts', 'schema.d.ts'])
    await cp(join(ROOT, 'packages/client', file), join(folder, 'packages/client', file));
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) await cp(join(ROOT, file), join(folder, file));
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const published = Object.fromEntries(
    KEPT.flatMap((key) => (manifest[key] === undefined ? [] : [[key, manifest[key]]])),
  );
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}

function run(program: string, args: string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')} ended with ${status}.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(ROOT, 'build/package'));
  await stagePackage(folder);
  process.stdout.write(`${folder}\n`);
}
