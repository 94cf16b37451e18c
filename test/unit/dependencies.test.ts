import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  /** A package of the workspace, which the lock file has twice: where it is, and as a link. */
  readonly link?: boolean;
}

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(resolve(root, path), 'utf8'));
const lock: Readonly<Record<string, LockedPackage>> = read('package-lock.json').packages;
const packages = Object.entries(lock).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);

/** Licences without restrictions on use; of alternatives, one is sufficient. */
const PERMISSIVE = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'CC0-1.0',
  'BlueOak-1.0.0',
];

test('what the server runs with is under permissive licences', () => {
  const others = packages
    .filter(([, one]) => one.dev !== true)
    .filter(
      ([, { license = 'none' }]) =>
        !license
          .replace(/[()]/g, '')
          .split(' OR ')
          .some((one) => PERMISSIVE.includes(one)),
    )
    .map(([path, { license }]) => `${path}: ${license}`);
  expect(others).toEqual([]);
});

test('the lock file names no registry, and every package by its hash', () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  expect(
    packages.filter(([, { integrity }]) => !/^sha(512|1)-/.test(integrity ?? '')).map(([path]) => path),
  ).toEqual([]);
});

test('every dependency is named by one exact version', () => {
  const { dependencies, devDependencies, optionalDependencies } = read('package.json');
  const all: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
  // An older release of a package beside the newer one has its own name: `npm:@superoffice/webapi@10.2.9`.
  const exact = /^(npm:(@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
  expect(Object.entries(all).filter(([, version]) => !exact.test(version))).toEqual([]);
});

const vulnerable = (severity: string) =>
  JSON.stringify({ vulnerabilities: { x: { name: 'x', severity, range: '<2' } } });

test.skipIf(process.platform === 'win32').each([
  ['a high vulnerability', vulnerable('high'), 1, 'x <2: high'],
  ['a critical one', vulnerable('critical'), 1, '1 of them high or critical'],
  ['a moderate one', vulnerable('moderate'), 0, 'x <2: moderate'],
  ['nothing', JSON.stringify({ vulnerabilities: {} }), 0, '0 known vulnerabilities'],
  ['no answer', JSON.stringify({ message: '405 Method Not Allowed', error: {} }), 0, 'NOT DONE'],
  ['no JSON', 'a proxy says hello', 0, 'NOT DONE'],
])('the audit of CI with %s', (_, answer, code, said) => {
  const folder = mkdtempSync(join(tmpdir(), 'batchline-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n`, { mode: 0o755 });
  const { status, stdout } = spawnSync(process.execPath, [resolve(root, '.ci/audit.mjs')], {
    env: { PATH: folder + delimiter + process.env.PATH },
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([code, expect.stringContaining(said)]);
});
