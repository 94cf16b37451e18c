import type { MessagePort } from 'node:worker_threads';
import { checkText } from '../../domain/limits.ts';
import { Message, message } from '../../domain/message.ts';
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
import { type FromThread, type ThreadResult, type ThreadStart, type ToThread, textOf } from './messages.ts';

/** Calls to the server that wait for their answers. */
type Waiting = Map<number, { resolve: (value: ResultFile | null) => void; reject: (error: Error) => void }>;

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
    const value = await definition.run(
      contextOf(start, port, controller.signal, waiting) as TaskContext<never>,
    );
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
  if (message.type === 'answer') call?.resolve(message.value);
  else call?.reject(message.lost ? new RunEnded('lost') : new PermanentError(textOf(message.text)));
}

function contextOf(
  start: ThreadStart,
  port: MessagePort,
  signal: AbortSignal,
  waiting: Waiting,
): TaskContext {
  let calls = 0;
  const tell = (message: FromThread): void => port.postMessage(message);
  const ask = (make: (id: number) => FromThread): Promise<ResultFile | null> =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      tell(make(calls));
    });
  return {
    parameters: start.parameters,
    task: start.task,
    attempt: start.task.attempt,
    signal,
    log: forwardingLog(({ level, message, fields }) =>
      tell({ type: 'log', level, values: message === undefined ? [fields] : [fields, message] }),
    ),
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
      const file = await ask((id) => ({ type: 'resultFile', id, name }));
      if (file === null) throw new Error('The server named no result file.');
      return file;
    },
    get services(): never {
      throw new PermanentError(
        message`ctx.services is for definitions with isolate: inline; this one runs in a thread.`,
      );
    },
  };
}
