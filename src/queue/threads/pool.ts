import { randomUUID } from 'node:crypto';
import { BroadcastChannel, MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { AttemptError } from '../../core/attempt.ts';
import type { ChildrenPort } from '../../sdk/children.ts';
import {
  failureText,
  type Json,
  PermanentError,
  RunEnded,
  TaskError,
  withDescription,
} from '../../sdk/errors.ts';
import { childrenOfRun } from '../children/run-children.ts';
import type { Run } from '../run.ts';
import { type ContextDeps, createContext } from '../run-context.ts';
import {
  type ChildrenCall,
  type ClonedText,
  type FromThread,
  type LateThreadFault,
  type ThreadFault,
  type ThreadResult,
  type ThreadStart,
  type ToThread,
  textOf,
} from './messages.ts';

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url);

/** Number of ended runs whose late errors can be attributed. */
const MAX_ENDED = 100;

/** Threads for definitions with `isolate: thread`, which can't block heartbeats and can be terminated. */
export class ThreadPool {
  readonly #pool: Piscina<{ start: ThreadStart; port: MessagePort }, ThreadResult>;
  readonly #deps: ContextDeps;
  readonly #progressLimit: number;
  readonly #lateFaults = new BroadcastChannel(`batchline-late-faults-${randomUUID()}`);
  /** The latest ended runs; their code may still be executing in a thread. */
  readonly #ended = new Map<string, Run>();

  constructor(threads: number, progressLimit: number, deps: ContextDeps) {
    this.#pool = new Piscina({
      filename: ENTRY.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 30_000,
    });
    this.#deps = deps;
    this.#progressLimit = progressLimit;
    this.#lateFaults.onmessage = (event) => this.#receiveLate((event as { data: LateThreadFault }).data);
    this.#lateFaults.unref();
  }

  /**
   * Runs a definition in a thread.
   *
   * @param kill terminates the thread
   * @returns the return value of the definition, as the text of Result
   * @throws TaskError or PermanentError that describes the thrown value
   */
  async run(run: Run, parameters: unknown, kill: AbortSignal): Promise<unknown> {
    const { port1: here, port2: there } = new MessageChannel();
    const context = createContext(run, parameters, this.#deps);
    const children = childrenOfRun(run, this.#deps.childrenDeps, this.#deps.runLog);
    const send = (message: ToThread): void => here.postMessage(message);
    const onCancel = (): void => send({ type: 'end', reason: run.cancelReason ?? 'stopped' });
    const drained = Promise.withResolvers<void>();
    here.on('message', (message: FromThread) => {
      if (message.type === 'end') drained.resolve();
      else if (message.type === 'fault') receiveFault(run, message);
      else void answer(message, context, children, send);
    });
    const removeListener = run.onCancel(onCancel);
    const start: ThreadStart = {
      source: run.definition.source,
      parameters,
      task: run.task,
      lastCheckpoint: (run.checkpoint ?? undefined) as Json | undefined,
      progressLimit: this.#progressLimit,
      trace: run.span.trace,
      lateFaults: this.#lateFaults.name,
    };
    try {
      const result = await this.#pool.run({ start, port: there }, { transferList: [there], signal: kill });
      // Messages arrive over another channel than the result, possibly later.
      await drained.promise;
      if (result.kind === 'returned') return textOf(result.result);
      throw errorOf(result.message, result.permanent, result.error);
    } finally {
      this.#ended.set(keyOf(run.task.id, run.task.attempt), run);
      if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.keys().next().value ?? '');
      removeListener();
      here.close();
    }
  }

  #receiveLate(fault: LateThreadFault): void {
    const run = this.#ended.get(keyOf(fault.taskId, fault.attempt));
    if (run !== undefined) receiveFault(run, fault);
  }

  /** Terminates all threads. */
  async close(): Promise<void> {
    this.#lateFaults.close();
    await this.#pool.destroy();
  }
}

function receiveFault(run: Run, { kind, text, permanent, error }: ThreadFault): void {
  run.fault(kind, errorOf(text, permanent, error));
}

function errorOf(cloned: ClonedText, permanent: boolean, error: AttemptError | undefined): TaskError {
  const text = textOf(cloned);
  return withDescription(permanent ? new PermanentError(text) : new TaskError(text), error);
}

function keyOf(taskId: number, attempt: number): string {
  return `${taskId}.${attempt}`;
}

type Context = ReturnType<typeof createContext>;

async function answer(
  message: Exclude<FromThread, { type: 'end' | 'fault' }>,
  context: Context,
  children: ChildrenPort,
  send: (message: ToThread) => void,
): Promise<void> {
  if (message.type === 'progress')
    return context.progress(message.percent, message.text === undefined ? undefined : textOf(message.text));
  if (message.type === 'log')
    return (context.log[message.level] as (...values: readonly unknown[]) => void)(...message.values);
  try {
    send({ type: 'answer', id: message.id, value: await perform(message, context, children) });
  } catch (error) {
    send({
      type: 'refused',
      id: message.id,
      text: failureText(error),
      ended: error instanceof RunEnded ? error.reason : undefined,
    });
  }
}

async function perform(
  message: Extract<FromThread, { id: number }>,
  context: Context,
  children: ChildrenPort,
): Promise<unknown> {
  if (message.type === 'resultFile') return context.resultFile(message.name);
  if (message.type === 'checkpoint') return context.checkpoint(message.value);
  return callChildren(children, message.call);
}

function callChildren(children: ChildrenPort, call: ChildrenCall): Promise<unknown> {
  switch (call.method) {
    case 'start':
      return children.start(...call.args);
    case 'wait':
      return children.wait(...call.args);
    case 'summary':
      return children.summary();
    case 'page':
      return children.page(...call.args);
  }
}
