import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROCESS_ENV } from './server-process.ts';

/** The line that `batchline work` and the workers of the examples print when they are ready. */
const READY = /Running tasks from|Working:/;

/** A worker outside the server, in its own process, which can be killed. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Its output. */
  output(): string;
  /** Sends it a signal; resolves to its exit code, or null if the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a worker process; resolves when it reports that it is ready.
 *
 * @param env its environment, to which PATH is added
 */
export async function spawnWorker(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const child = spawn(command, args, {
    env: { ...PROCESS_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  await new Promise<void>((ready, reject) => {
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      if (READY.test(output)) ready();
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}:\n${output}`)));
  });
  return {
    child,
    output: () => output,
    async end(signal) {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}
