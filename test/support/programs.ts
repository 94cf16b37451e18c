import { spawnSync } from 'node:child_process';

/** True if the machine lacks a program that some tests need: `test.skipIf(lacks('python3'))`, with it in the test's name. */
export function lacks(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined;
}
