import { type ChildProcess, fork } from 'node:child_process';
import { invalid, RequestError, unavailable } from '../../core/errors.ts';
import { type MessageData, message, revived } from '../../core/message.ts';
import type { Parameters } from '../../core/task.ts';

/** Work for a process: compile a schema, and check parameters if given. Both are JSON. */
export interface SchemaWork {
  readonly definition: string;
  readonly schema: string;
  readonly parameters: string | undefined;
}

/** The response of a process. */
export type SchemaAnswer =
  | { readonly kind: 'compiled' }
  | { readonly kind: 'read'; readonly parameters: string }
  | { readonly kind: 'refused'; readonly problem: MessageData }
  | { readonly kind: 'no schema'; readonly reason: string };

const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './process-entry.ts' : './process-entry.js',
  import.meta.url,
);
const MAX_PROCESSES = 2;
/** Time limit for compiling a schema or checking parameters by it. */
const DEADLINE_MS = 2000;
/** Maximum heap of a process, in MB. */
const MAX_HEAP = 256;
/** Maximum number of queued checks per associate. */
const MAX_WAITING = 200;
/** Maximum length of a schema, in characters. */
const MAX_SCHEMA_LENGTH = 256 * 1024;
const IDLE_MS = 30_000;

interface Check {
  readonly work: SchemaWork;
  readonly owner: number;
  resolve(answer: SchemaAnswer): void;
  reject(error: Error): void;
}

/**
 * Compiles the schemas of remote workers and checks parameters in child processes with a deadline, so that no schema
 * blocks the server. Threads are not enough: one that runs out of memory can abort the server. Schemas of the same
 * associate are processed one at a time.
 */
export class SchemaProcesses {
  readonly #waiting: Check[] = [];
  readonly #busy = new Set<number>();
  readonly #processes = new Set<SchemaProcess>();

  /** @throws RequestError (invalid) if it is not a schema, or takes too long to compile */
  async compile(definition: string, schema: string, owner: number): Promise<void> {
    if (schema.length > MAX_SCHEMA_LENGTH)
      throw invalid`The parameters schema of the definition "${definition}" is ${schema.length} characters long; at most ${MAX_SCHEMA_LENGTH} are accepted.`;
    await this.#ask({ definition, schema, parameters: undefined }, owner);
  }

  /**
   * Validates and coerces parameters, like a `ParameterReader`.
   *
   * @param owner the associate who declared the schema
   * @throws RequestError (invalid) if they violate the schema or checking takes too long, (unavailable) if the queue is full
   */
  async read(
    definition: string,
    schema: string,
    parameters: Parameters | null,
    owner: number,
  ): Promise<Parameters> {
    const answer = await this.#ask({ definition, schema, parameters: JSON.stringify(parameters) }, owner);
    if (answer.kind !== 'read') throw new Error(`A schema process answered ${answer.kind}.`);
    return JSON.parse(answer.parameters) as Parameters;
  }

  async #ask(work: SchemaWork, owner: number): Promise<SchemaAnswer> {
    if (this.#waiting.filter((check) => check.owner === owner).length >= MAX_WAITING)
      throw unavailable(message`Too many parameters are waiting to be checked; try again in a moment.`, 1);
    const answer = await new Promise<SchemaAnswer>((resolve, reject) => {
      this.#waiting.push({ work, owner, resolve, reject });
      this.#next();
    });
    if (answer.kind === 'refused') throw new RequestError('invalid', revived(answer.problem));
    if (answer.kind === 'no schema')
      throw invalid`Parameters of the definition "${work.definition}" is not a JSON Schema: ${answer.reason}.`;
    return answer;
  }

  #next(): void {
    const index = this.#waiting.findIndex((check) => !this.#busy.has(check.owner));
    if (index === -1) return;
    const child = this.#idleProcess();
    if (child === undefined) return;
    const [check] = this.#waiting.splice(index, 1) as [Check];
    this.#busy.add(check.owner);
    void child
      .run(check.work)
      .then(check.resolve, check.reject)
      .finally(() => {
        this.#busy.delete(check.owner);
        this.#next();
      });
  }

  #idleProcess(): SchemaProcess | undefined {
    for (const child of this.#processes) if (!child.isBusy) return child;
    if (this.#processes.size >= MAX_PROCESSES) return undefined;
    const child = new SchemaProcess(() => this.#processes.delete(child));
    this.#processes.add(child);
    return child;
  }
}

/** A child process. It exits when idle for `IDLE_MS`. */
class SchemaProcess {
  readonly #child: ChildProcess;
  readonly #ended: () => void;
  readonly #isReady: Promise<unknown>;
  #idle: NodeJS.Timeout | undefined;
  isBusy = false;

  constructor(ended: () => void) {
    this.#ended = ended;
    // Without output, which could only be V8's report of an exhausted heap, and without the settings of the server.
    this.#child = fork(ENTRY, { execArgv: [`--max-old-space-size=${MAX_HEAP}`], env: {}, stdio: 'ignore' });
    this.#child.unref();
    this.#child.channel?.unref();
    this.#isReady = new Promise((resolve) => this.#child.once('message', resolve));
  }

  /** @throws RequestError (invalid) if it exceeds its time or memory; the process is then killed */
  async run(work: SchemaWork): Promise<SchemaAnswer> {
    this.isBusy = true;
    clearTimeout(this.#idle);
    const { promise, resolve, reject } = Promise.withResolvers<SchemaAnswer>();
    const tooMuch = (): void =>
      reject(
        invalid`ParameterObject of ${work.definition}: checking it against the schema takes too much time or memory; simplify the schema or send fewer values.`,
      );
    this.#child.once('error', tooMuch).once('exit', tooMuch);
    let deadline: NodeJS.Timeout | undefined;
    try {
      await Promise.race([this.#isReady, promise]);
      this.#child.once('message', resolve as (answer: unknown) => void);
      this.#child.send(work);
      // setImmediate first delivers a response that arrived while this process was busy.
      deadline = setTimeout(() => setImmediate(tooMuch), DEADLINE_MS);
      const answer = await promise;
      this.#child.removeAllListeners('error').removeAllListeners('exit');
      this.#child.on('error', () => this.#end()).on('exit', () => this.#end());
      this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
      this.isBusy = false;
      return answer;
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  #end(): void {
    this.isBusy = true;
    this.#ended();
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }
}
