import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from './documents.ts';
import { SHORT_LIVED } from './programs.ts';
import { CLI, PROCESS_ENV } from './server-process.ts';

/** Output of a long-running program (a server or worker) when it is ready. */
const READY = /ready at|Running tasks from|Working:/;

/**
 * Creates a folder that looks like a checkout to commands, and their environment variables: `batchline` as if it were
 * installed, and a curl that fails if the response is an error.
 */
export async function makeCheckout(folder: string): Promise<Record<string, string>> {
  for (const name of ['src', 'node_modules', 'dashboard', 'examples', 'batchline'])
    symlinkSync(join(ROOT, name), join(folder, name));
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n');
  const command = [process.execPath, ...SHORT_LIVED, CLI].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'batchline'), `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(join(bin, 'batchline'), 0o755);
  return {
    ...PROCESS_ENV,
    TEST_BUNDLES: '', // the modules of the checkout itself, as readers of the documents have them
    PATH: `${bin}:${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: process.env.HOME ?? folder,
    CURL_HOME: bin,
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** Terminals in a folder: one for commands, and others for long-running programs. */
export class Terminals {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #shell: Program;
  readonly #others = new Map<string, Program>();
  #typed = 0;

  /** @param env that of `makeCheckout` */
  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
    this.#shell = new Program(['-euo', 'pipefail', '-s'], folder, env);
  }

  /** Types commands into the shell. @returns their output; @throws if one of them fails */
  async type(commands: string): Promise<string> {
    this.#typed += 1;
    const script = join(this.#env.CURL_HOME ?? this.#folder, `typed-${this.#typed}.sh`);
    const end = randomUUID();
    writeFileSync(script, commands);
    const from = this.#shell.output.length;
    this.#shell.read(`. '${script}' < /dev/null\necho ${end}\n`);
    await this.#shell.prints((output) => output.includes(end, from));
    return this.#shell.output.slice(from, this.#shell.output.indexOf(end, from));
  }

  /** Runs commands in another terminal, after Ctrl-C there. @returns the output when its program is ready */
  async open(name: string, commands: string): Promise<string> {
    await this.#others.get(name)?.end('SIGINT');
    const program = new Program(['-euc', commands], this.#folder, this.#env);
    this.#others.set(name, program);
    await program.prints((output) => READY.test(output));
    return program.output;
  }

  /** Ctrl-C in the other terminals. */
  async interrupt(): Promise<void> {
    for (const program of this.#others.values()) await program.end('SIGINT');
  }

  /** Ctrl-C in the other terminals; then closes all, including programs that still run in the first one. */
  async close(): Promise<void> {
    await this.interrupt();
    await this.#shell.end('SIGKILL');
  }
}

/** A shell and its processes. */
class Program {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  /** Called on each output, and at the end. */
  #wake: () => void = () => undefined;
  /** The output so far. */
  output = '';

  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
    // Its own process group, like a terminal's. Bash mistakes Node.js's pipes for a network connection and would read its settings.
    this.#child = spawn('bash', ['--norc', ...args], { cwd, env, detached: true });
    this.#closed = once(this.#child, 'close').finally(() => this.#wake());
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#wake();
      });
    this.#child.stdin?.on('error', () => undefined); // it has exited, which `prints` detects
  }

  read(input: string): void {
    this.#child.stdin?.write(input);
  }

  /** Resolves when the output matches. @throws if it ends before that */
  async prints(wanted: (output: string) => boolean): Promise<void> {
    while (!wanted(this.output)) {
      if (this.#hasExited()) throw new Error(`it has ended with ${this.#child.exitCode}:\n${this.output}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends its process group a signal, as Ctrl-C does with SIGINT, and waits for its exit. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#hasExited()) process.kill(-(this.#child.pid ?? Number.NaN), signal);
    await this.#closed;
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
