import { setImmediate as nextTurn } from 'node:timers/promises';
import { BroadcastChannel, type MessagePort } from 'node:worker_threads';
import { Message, message } from '../../core/message.ts';
import type { FaultKind } from '../../core/meters.ts';
import { checkpointJson, type RunOutcome } from '../../core/run-outcome.ts';
import type { FaultTarget } from '../../core/run-scope.ts';
import { traceHeaders, withTrace } from '../../core/tracing.ts';
import { childrenOver } from '../../sdk/children.ts';
import type { ResultFile, TaskContext, TaskDefinition } from '../../sdk/define-task.ts';
import { type Json, PermanentError, RunEnded } from '../../sdk/errors.ts';
import { forwardingLog } from '../../sdk/log.ts';
import { storableProgress } from '../../sdk/progress.ts';
import { catchRunFaults, inFaultScope } from '../../sdk/run-faults.ts';
import { failedOutcome, returnedOutcome } from '../../sdk/run-handle.ts';
import {
  type ChildrenCall,
  type FromThread,
  type LateThreadFault,
  type ThreadFault,
  type ThreadResult,
  type ThreadStart,
  type ToThread,
  textOf,
} from './messages.ts';

catchRunFaults();

/** Pending calls to the server, by id. */
type Waiting = Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>;

/** Runs a definition in this thread. Called by Piscina. */
export default async function runInThread(work: {
  start: ThreadStart;
  port: MessagePort;
}): Promise<ThreadResult> {
  const { start, port } = work;
  const controller = new AbortController();
  const waiting: Waiting = new Map();
  port.on('message', (message: ToThread) => receive(message, controller, waiting));
  const faults = new RunFaultsInThread(start, port);
  try {
    const module = (await import(start.source.module)) as Record<string, TaskDefinition>;
    const definition = module[start.source.exported];
    if (definition === undefined) {
      throw new PermanentError(message`${start.source.module} no longer exports ${start.source.exported}.`);
    }
    const context = contextOf(start, port, controller.signal, waiting) as TaskContext<never>;
    const value = await withTrace(start.trace, () => inFaultScope(faults, () => definition.run(context)));
    return resultOf(returnedOutcome(value));
  } catch (error) {
    return resultOf(failedOutcome(error));
  } finally {
    await nextTurn(); // lets a pending unhandled rejection be reported first
    faults.conclude();
    port.postMessage({ type: 'end' } satisfies FromThread);
    port.close();
  }
}

/** Sends uncaught errors of a run to the server, which cancels and fails the run. */
class RunFaultsInThread implements FaultTarget {
  readonly #start: ThreadStart;
  readonly #port: MessagePort;
  #isOver = false;

  constructor(start: ThreadStart, port: MessagePort) {
    this.#start = start;
    this.#port = port;
  }

  conclude(): void {
    this.#isOver = true;
  }

  fault(kind: FaultKind, error: unknown): void {
    const { message: text, permanent, error: description } = failedOutcome(error);
    const fault: ThreadFault = { kind, text, permanent, error: description };
    if (!this.#isOver) {
      this.#port.postMessage({ type: 'fault', ...fault } satisfies FromThread);
      return;
    }
    const { id: taskId, attempt } = this.#start.task;
    const channel = new BroadcastChannel(this.#start.lateFaults);
    channel.postMessage({ ...fault, taskId, attempt } satisfies LateThreadFault);
    channel.close();
  }
}

/** Converts an outcome. A thread is not notified of a shutdown, so the run either returned or failed. */
function resultOf(outcome: RunOutcome): ThreadResult {
  if (outcome.kind === 'returned') return { kind: 'returned', result: outcome.result };
  if (outcome.kind === 'failed') {
    const { message: text, permanent, error } = outcome;
    return { kind: 'failed', message: text, permanent, error };
  }
  throw new Error(`A thread has no outcome of the kind ${outcome.kind}.`);
}

function receive(message: ToThread, controller: AbortController, waiting: Waiting): void {
  if (message.type === 'end') {
    controller.abort(new RunEnded(message.reason));
    return;
  }
  const call = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.type === 'answer') call?.resolve(message.value as never);
  else call?.reject(message.ended ? new RunEnded(message.ended) : new PermanentError(textOf(message.text)));
}

function contextOf(
  start: ThreadStart,
  port: MessagePort,
  signal: AbortSignal,
  waiting: Waiting,
): TaskContext {
  let calls = 0;
  const send = (message: FromThread): void => port.postMessage(message);
  const call = <T>(make: (id: number) => FromThread): Promise<T> =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      send(make(calls));
    });
  const callChildren = <T>(childrenCall: ChildrenCall): Promise<T> =>
    call((id) => ({ type: 'children', id, call: childrenCall }));
  return {
    parameters: start.parameters,
    task: start.task,
    attempt: start.task.attempt,
    signal,
    log: forwardingLog(({ level, message, fields }) =>
      send({ type: 'log', level, values: message === undefined ? [fields] : [fields, message] }),
    ),
    traceHeaders: traceHeaders(start.trace),
    lastCheckpoint: start.lastCheckpoint,
    progress(percent, text) {
      // Only cloneable values can be sent; the server corrects invalid ones.
      const isText = text === undefined || typeof text === 'string' || text instanceof Message;
      send({
        type: 'progress',
        percent: typeof percent === 'number' ? percent : Number.NaN,
        text: isText ? text : String(storableProgress(0, text, start.progressLimit).text),
      });
    },
    async checkpoint(value: Json) {
      const kept = JSON.parse(checkpointJson(value)) as Json;
      await call((id) => ({ type: 'checkpoint', id, value: kept }));
    },
    async resultFile(name) {
      return call<ResultFile>((id) => ({ type: 'resultFile', id, name }));
    },
    children: childrenOver({
      start: (...args) => callChildren({ method: 'start', args }),
      wait: (...args) => callChildren({ method: 'wait', args }),
      summary: (...args) => callChildren({ method: 'summary', args }),
      page: (...args) => callChildren({ method: 'page', args }),
    }),
    get services(): never {
      throw new PermanentError(
        message`ctx.services is only available to definitions with isolate: inline; this one runs in a thread.`,
      );
    },
  };
}
