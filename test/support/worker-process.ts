import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROCESS_ENV } from './server-process.ts';

/** A worker outside the server in a process of its own, which can be killed. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Everything that it has printed. */
  output(): string;
  /** Ends it by a signal; resolves to its exit code, null where the signal has killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a worker's process; resolves when it says that it works.
 *
 * @param env its whole environment, but for PATH
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
      if (output.includes('Working')) ready();
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
