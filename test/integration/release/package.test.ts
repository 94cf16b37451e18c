import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stagePackage } from '../../../release/stage.ts';
import { createPlace } from '../../support/databases.ts';
import { spawnServer } from '../../support/server-process.ts';

const run = promisify(execFile);

/** Everything that a published package may hold. */
const PUBLISHED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/[\w/-]+(\.d\.ts|\.js|\.js\.map)$/,
  /^dist\/http\/i18n\/catalogs\/\w\w\.json$/,
  /^packages\/client\/(index\.js|index\.d\.ts|schema\.d\.ts)$/,
  /^dashboard\/dist\/(stamp\.txt|[\w/.-]+\.(html|js|css|svg|png)(\.br|\.gz)?)$/,
];

describe('the package as it is published', () => {
  let folder: string;
  let stage: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-package-'));
    stage = join(folder, 'stage');
    await stagePackage(stage);
  });
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test('holds the built server and page, and nothing else', async () => {
    const entries = await readdir(stage, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(stage.length + 1));
    expect(files.filter((file) => !PUBLISHED.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(['dist/cli/main.js', 'dist/sdk/index.d.ts', 'dashboard/dist/index.html']),
    );
    const manifest = JSON.parse(await readFile(join(stage, 'package.json'), 'utf8'));
    for (const key of ['private', 'scripts', 'devDependencies', 'optionalDependencies'])
      expect(manifest).not.toHaveProperty(key);
  });

  test('has a manifest without faults', async () => {
    const { messages, pkg } = await publint({ pkgDir: stage, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([]);
  });

  test('installs, starts by npx and runs a task', async () => {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: stage });
    const [{ filename }] = JSON.parse(stdout);
    const home = join(folder, 'home');
    await mkdir(home);
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...quiet, join(folder, filename)], { cwd: home });
    const { stdout: settings } = await run('npx', ['--no-install', 'batchline', 'settings'], { cwd: home });
    expect(settings).toContain('BATCHLINE_DATA');
    const place = await createPlace('embedded');
    const server = await spawnServer(place, {}, [], [join(home, 'node_modules/.bin/batchline')]);
    try {
      const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
      expect((await server.admin.ended(id)).State).toBe('Succeeded');
      expect(await (await fetch(server.url)).text()).toContain('<title>Batchline</title>');
    } finally {
      expect(await server.stop()).toBe(0);
      await place.remove();
    }
  });
});
