import { spawnSync } from 'node:child_process';

/** True if the machine lacks a program that some tests need: `test.skipIf(lacks('python3'))`, with it in the test's name. */
export function lacks(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined;
}

/**
 * Node's flags for a server that lives for seconds: PGlite's WebAssembly is not compiled again by the optimizing
 * compiler, which takes half of such a server's CPU time.
 */
export const SHORT_LIVED: readonly string[] = ['--liftoff-only'];
