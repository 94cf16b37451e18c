import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What every measurement works with. */
export interface Bench {
  readonly rounds: number;
  /** Address of a PostgreSQL server of the bench's own, with fsync. */
  readonly postgresUrl: string;
  /** A folder that is removed at the end. */
  readonly folder: string;
  /** Where the measured processes write CPU profiles; `undefined` writes none. */
  readonly profileFolder: string | undefined;
}

/** The login and password of the administrator of every measured server. */
export const ADMIN = { login: 'admin', password: 'correct horse' } as const;

/** What every measured server is set to, beside its place. */
export const SERVER_ENV: Readonly<Record<string, string>> = {
  HOST: '127.0.0.1',
  PORT: '0',
  BATCHLINE_ADMIN: `${ADMIN.login}:${ADMIN.password}`,
  BATCHLINE_HANDLERS: join(import.meta.dirname, 'handlers.ts'),
  LOG_LEVEL: 'warn',
};

/** Does a job in a process of its own: the script of this folder that calls `answerWith`. */
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

/** The other side of `inProcess`: does the job and sends what it comes to. */
export async function answerWith<Job, Result>(work: (job: Job) => Promise<Result>): Promise<void> {
  const [{ job }] = (await once(process, 'message')) as [{ job: Job }];
  process.send?.({ result: await work(job) });
  process.disconnect();
}

/** A running server. */
export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `batchline serve` in a process of its own. */
export async function startServerProcess(bench: Bench, env: Record<string, string>): Promise<RunningServer> {
  const entry = join(import.meta.dirname, '../src/cli/main.ts');
  const child = spawn(process.execPath, [...profiling(bench), entry, 'serve'], {
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
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function profiling({ profileFolder }: Bench): string[] {
  return profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
}
