import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Environment of every measurement. */
export interface Bench {
  readonly rounds: number;
  /** Address of the benchmark's own PostgreSQL server, with fsync. */
  readonly postgresUrl: string;
  /** A temporary folder. */
  readonly folder: string;
  /** Folder for CPU profiles of the measured processes; `undefined` writes none. */
  readonly profileFolder: string | undefined;
}

/** The login and password of the administrator of every measured server. */
export const ADMIN = { login: 'admin', password: 'correct horse' } as const;

/** Settings of every measured server, besides its address and folder. */
export const SERVER_ENV: Readonly<Record<string, string>> = {
  HOST: '127.0.0.1',
  PORT: '0',
  BATCHLINE_ADMIN: `${ADMIN.login}:${ADMIN.password}`,
  BATCHLINE_HANDLERS: join(import.meta.dirname, 'handlers.ts'),
  LOG_LEVEL: 'warn',
};

/** Runs a job in its own process: a script in this folder that calls `answerWith`. */
export async function inProcess<Job, Result>(bench: Bench, script: string, job: Job): Promise<Result> {
  const child = fork(join(import.meta.dirname, script), { execArgv: profiling(bench) });
  const exited = once(child, 'exit');
  let answer: { result: Result } | undefined;
  child.once('message', (message) => {
    answer = message as { result: Result };
  });
  child.send({ job });
  const [code] = await exited;
  if (answer === undefined) throw new Error(`bench/${script} ended with ${code} and without a result`);
  return answer.result;
}

/** The other side of `inProcess`: runs the job and sends its result. */
export async function answerWith<Job, Result>(work: (job: Job) => Promise<Result>): Promise<void> {
  const [{ job }] = (await once(process, 'message')) as [{ job: Job }];
  process.send?.({ result: await work(job) });
  process.disconnect();
}

/** A running server. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts `batchline serve` in its own process. */
export async function startServerProcess(
  bench: Bench,
  env: Record<string, string>,
  options: readonly string[] = [],
): Promise<RunningServer> {
  const entry = join(import.meta.dirname, '../src/cli/main.ts');
  const child = spawn(process.execPath, [...profiling(bench), entry, 'serve', ...options], {
    env: { PATH: process.env.PATH ?? '', ...SERVER_ENV, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const ready = /ready at (\S+)/.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function profiling({ profileFolder }: Bench): string[] {
  return profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
}
