import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lacks } from '../../support/programs.ts';

const UNIT = join(import.meta.dirname, '../../../deploy/systemd/batchline.service');

/** Runs systemd-analyze. Resolves to its exit code and everything that it says. */
function analyze(...args: string[]): { status: number | null; says: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, says: stdout + stderr };
}

test.skipIf(lacks('systemd-analyze'))('systemd-analyze finds no fault in the unit', () => {
  expect(analyze('verify', UNIT)).toEqual({ status: 0, says: '' });
});

test.skipIf(lacks('systemd-analyze'))('systemd-analyze finds the service well confined', () => {
  const { status, says } = analyze('security', '--offline=true', '--threshold=25', UNIT);
  expect(status, says).toBe(0);
});
