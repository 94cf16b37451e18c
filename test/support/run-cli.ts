import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SHORT_LIVED } from './programs.ts';
import { CLI, PROCESS_ENV } from './server-process.ts';

/** Result of a command. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one command and waits until it exits.
 *
 * @param env its environment, to which PATH is added
 * @param input its standard input
 */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<CliResult> {
  const { child } = spawnCli(args, env);
  child.stdin.on('error', () => undefined); // a command that reads no input may have exited
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** Begins a command, which the test may kill. */
export function spawnCli(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [...SHORT_LIVED, CLI, ...args], {
    env: { ...PROCESS_ENV, ...env },
    stdio: 'pipe',
  });
  return { child, exited: once(child, 'exit') };
}
