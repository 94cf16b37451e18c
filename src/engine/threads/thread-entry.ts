import type { MessagePort } from 'node:worker_threads';
import { checkText } from '../../domain/limits.ts';
import { Message, message } from '../../domain/message.ts';
import { traceHeaders } from '../../domain/trace-context.ts';
import { withTrace } from '../../observability/spans.ts';
import {
  type Json,
  PermanentError,
  type ResultFile,
  RunEnded,
  type TaskContext,
  type TaskDefinition,
} from '../../workers/define-task.ts';
import { failureText } from '../../workers/failure-text.ts';
import { forwardingLog } from '../../workers/forwarding-log.ts';
import { childrenOver } from '../../workers/task-children.ts';
import {
  type ChildrenCall,
  type FromThread,
  type ThreadResult,
  type ThreadStart,
  type ToThread,
  textOf,
} from './messages.ts';

/** Calls to the server that wait for their answers. */
type Waiting = Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>;

/** Runs a definition in this thread. Piscina calls it with what the server sends. */
export default async function runInThread(work: {
  start: ThreadStart;
  port: MessagePort;
}): Promise<ThreadResult> {
  const { start, port } = work;
  const controller = new AbortController();
  const waiting: Waiting = new Map();
  port.on('message', (message: ToThread) => receive(message, controller, waiting));
  try {
    const module = (await import(start.source.module)) as Record<string, TaskDefinition>;
    const definition = module[start.source.exported];
    if (definition === undefined) {
      throw new PermanentError(message`${start.source.module} no longer exports ${start.source.exported}.`);
    }
    const context = contextOf(start, port, controller.signal, waiting) as TaskContext<never>;
    const value = await withTrace(start.trace, () => definition.run(context));
    return value instanceof Message ? { kind: 'told', message: value } : { kind: 'returned', value };
  } catch (error) {
    return { kind: 'threw', text: failureText(error), permanent: error instanceof PermanentError };
  } finally {
    port.postMessage({ type: 'end' } satisfies FromThread);
    port.close();
  }
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
  const tell = (message: FromThread): void => port.postMessage(message);
  const ask = <T>(make: (id: number) => FromThread): Promise<T> =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      tell(make(calls));
    });
  const askChildren = <T>(call: ChildrenCall): Promise<T> => ask((id) => ({ type: 'children', id, call }));
  return {
    parameters: start.parameters,
    task: start.task,
    attempt: start.task.attempt,
    signal,
    log: forwardingLog(({ level, message, fields }) =>
      tell({ type: 'log', level, values: message === undefined ? [fields] : [fields, message] }),
    ),
    traceHeaders: traceHeaders(start.trace),
    lastCheckpoint: start.lastCheckpoint,
    progress(percent, text) {
      if (!(percent >= 0 && percent <= 100)) {
        throw new RangeError(`The progress is ${percent}; a percentage from 0 to 100 is accepted.`);
      }
      if (text !== undefined) checkText('ProgressDescription', String(text), start.progressLimit);
      tell({ type: 'progress', percent, text });
    },
    async checkpoint(value: Json) {
      await ask((id) => ({ type: 'checkpoint', id, value }));
    },
    async resultFile(name) {
      return ask<ResultFile>((id) => ({ type: 'resultFile', id, name }));
    },
    children: childrenOver({
      start: (...args) => askChildren({ method: 'start', args }),
      wait: (...args) => askChildren({ method: 'wait', args }),
      summary: (...args) => askChildren({ method: 'summary', args }),
      page: (...args) => askChildren({ method: 'page', args }),
    }),
    get services(): never {
      throw new PermanentError(
        message`ctx.services is for definitions with isolate: inline; this one runs in a thread.`,
      );
    },
  };
}
