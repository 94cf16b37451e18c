import { type BatchlineClient, ignoredBy } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { hasEnded, type StoredState } from '../../core/task-state.ts';
import { type ExitCode, print } from '../output.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';
import { uploadFile } from './files.ts';
import { readObject, readPairs, splitPair } from './parameters.ts';
import { readTask } from './task-reads.ts';
import { watchTask } from './task-watch.ts';

const at = (id: number) => ({ path: { id } });

/** Options of a start. */
interface StartOptions extends ConnectionOptions {
  readonly parameter?: readonly string[];
  readonly at?: string;
  /** In seconds. */
  readonly delay?: number;
  readonly priority?: string;
  readonly watch?: boolean;
}

/** Options of `task start`. */
export interface StartTaskOptions extends StartOptions {
  readonly parameters?: string;
  readonly upload?: readonly string[];
  readonly description?: string;
  readonly key?: string;
}

function startQuery({ at: startAt, delay, priority }: StartOptions) {
  return {
    ...(startAt === undefined ? {} : { StartAt: startAt }),
    ...(delay === undefined ? {} : { DelaySeconds: String(delay) }),
    ...(priority === undefined ? {} : { Priority: priority }),
  };
}

/** `batchline task start NAME`: starts a task and prints its id, or follows the task. */
export async function startTask(name: string, options: StartTaskOptions): Promise<ExitCode> {
  const given = await readParameters(options);
  const connection = await connect(options);
  const uploads: Record<string, string> = {};
  for (const pair of options.upload ?? []) {
    const [parameter, file] = splitPair('--upload', pair);
    uploads[parameter] = (await uploadFile(connection, file)).File;
  }
  const ParameterObject = { ...given, ...uploads };
  const call = connection.client.POST('/api/v1/BatchTask', {
    params: {
      query: startQuery(options),
      header: options.key === undefined ? {} : { 'Idempotency-Key': options.key },
    },
    body: {
      Name: name,
      Description: options.description ?? '',
      ...(Object.keys(ParameterObject).length === 0 ? {} : { ParameterObject }),
    },
  });
  return finishStart(connection, call, options);
}

async function readParameters({
  parameter = [],
  parameters,
}: StartTaskOptions): Promise<Record<string, unknown>> {
  if (parameter.length > 0 && parameters !== undefined)
    throw new OperatorError('USAGE_INVALID', '--parameter and --parameters cannot be used together');
  return parameters === undefined ? readPairs(parameter) : readObject(parameters);
}

/** `batchline task copy ID`: starts a task with the parameters of another one, some of them replaced. */
export async function copyTask(id: number, options: StartOptions): Promise<ExitCode> {
  const ParameterObject = await readPairs(options.parameter ?? []);
  const connection = await connect(options);
  const call = connection.client.POST('/api/v1/BatchTask/{id}/Copy', {
    params: { ...at(id), query: startQuery(options) },
    body: { ParameterObject } as never,
  });
  return finishStart(connection, call, options);
}

async function finishStart(
  connection: Connection,
  call: ReturnType<BatchlineClient['POST']>,
  options: StartOptions,
): Promise<ExitCode> {
  const id = Number(await connection.answer(call));
  const ignored = ignoredBy((await call).response);
  if (ignored !== null) console.error(`The server ignored: ${ignored}`);
  if (options.watch === true) return watchTask(connection, id, options);
  print({ Id: id }, options.json, String(id));
  return 0;
}

/** `batchline task stop ID`. @returns 5 if the task has ended or can't be stopped */
export async function stopTask(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const connection = await connect(options);
  const { client, answer } = connection;
  const before = await readTask(connection, id);
  const stopped = await answer(client.POST('/api/v1/BatchTask/{id}/Stop', { params: at(id) }));
  const { State } = await readTask(connection, id);
  const text = (): string => {
    if (stopped) return hasEnded(State as StoredState) ? `Stopped task ${id}.` : `Stopping task ${id}.`;
    if (hasEnded(State as StoredState)) return `Task ${id} has already ended (${State}).`;
    return `Task ${id} can't be stopped: its definition ${before.Name} does not allow it.`;
  };
  if (stopped || options.json === true) print({ Id: id, Stopped: stopped, State }, options.json, text());
  else console.error(`batchline: ${text()}`);
  return stopped ? 0 : 5;
}

/** `batchline task restart ID`: queues a failed task again. */
export async function restartTask(
  id: number,
  options: ConnectionOptions & { readonly fromStart?: boolean },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = options.fromStart === true ? { FromStart: 'true' } : {};
  const task = await answer(client.POST('/api/v1/BatchTask/{id}/Restart', { params: { ...at(id), query } }));
  print(task, options.json, `Restarted task ${id}.`);
  return 0;
}

/** Options of `task edit`. */
export interface EditTaskOptions extends ConnectionOptions {
  readonly description?: string;
  readonly request?: string;
  readonly response?: string;
}

/** `batchline task edit ID`: changes the texts of a task. */
export async function editTask(id: number, options: EditTaskOptions): Promise<ExitCode> {
  const { description: Description, request: Request, response: Response } = options;
  const body = Object.fromEntries(
    Object.entries({ Description, Request, Response }).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(body).length === 0)
    throw new OperatorError(
      'USAGE_INVALID',
      'nothing to change; --description, --request or --response is needed',
    );
  const { client, answer } = await connect(options);
  const task = await answer(client.PATCH('/api/v1/BatchTask/{id}', { params: at(id), body: body as never }));
  print(task, options.json, `Changed task ${id}.`);
  return 0;
}

/** `batchline task delete ID…`: deletes all of the tasks or none. */
export async function deleteTasks(ids: readonly number[], options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.POST('/api/v1/Agents/Batch/DeleteBatchTasks', { body: { BatchTaskIds: [...ids] } }));
  print({ Deleted: ids }, options.json, ids.map((id) => `Deleted task ${id}.`).join('\n'));
  return 0;
}
