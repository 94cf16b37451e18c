import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApiClient } from './api-client.ts';
import { ADMIN } from './associates.ts';
import { BUNDLES, COMPILED } from './bundled-modules.ts';
import type { Place } from './databases.ts';
import { SHORT_LIVED } from './programs.ts';
import { TEST_ENV } from './test-server.ts';

/** The command line's entry. */
export const CLI = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Environment of every process: what makes later processes start faster. */
export const PROCESS_ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  // No sign-in that `batchline login` keeps.
  XDG_CONFIG_HOME: '/nonexistent',
  NODE_COMPILE_CACHE: COMPILED,
  NODE_OPTIONS: `--import ${pathToFileURL(resolve(import.meta.dirname, 'quick-start.ts'))}`,
  TEST_BUNDLES: BUNDLES,
};

/** A server in its own process, which can be killed. */
export interface ServerProcess {
  readonly url: string;
  readonly admin: ApiClient;
  readonly child: ChildProcess;
  /** Its output. */
  output(): string;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
  /** Ends it gracefully; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts `batchline serve` in its own process.
 *
 * @param args arguments after `serve`
 * @param command the program to start; the checkout's by default
 */
export async function spawnServer(
  place: Pick<Place, 'env'>,
  env: Record<string, string> = {},
  args: readonly string[] = [],
  command: readonly [string, ...string[]] = [process.execPath, ...SHORT_LIVED, CLI],
): Promise<ServerProcess> {
  const [program, ...first] = command;
  const child = spawn(program, [...first, 'serve', ...args], {
    env: { ...PROCESS_ENV, ...TEST_ENV, ...place.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise<string>((resolve_, reject) => {
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = /ready at (\S+)/.exec(output);
      if (match?.[1] !== undefined) resolve_(match[1]);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  child.removeAllListeners('exit');
  const exited = once(child, 'exit');
  return {
    url,
    admin: await ApiClient.signIn(url, ADMIN.login, ADMIN.password),
    child,
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGINT');
      await exited;
      return child.exitCode;
    },
  };
}
