import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type Carrier, ignoredBy } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { quoteText } from '../../core/odata/lexer.ts';
import { type ListedState, listedStateFilter, listedStateOf } from '../../core/odata/listed-state.ts';
import { hasEnded, type StoredState, storedStateOf } from '../../core/task-state.ts';
import { type ExitCode, escapeLine, escapeText, formatProperties, print, printList } from '../output.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';

type Task = Carrier<'BatchTaskInfo'>;
type Attempt = Carrier<'Attempt'>;
type Waiting = Carrier<'Waiting'>;
type AttemptError = Carrier<'AttemptError'>;

const at = (id: number) => ({ path: { id } });

/** Returns a task by its id. */
export async function readTask({ client, answer }: Connection, id: number): Promise<Task> {
  return (await answer(client.GET('/api/v1/BatchTask/{id}', { params: at(id) }))) as Task;
}

/** Options of `task start`. */
export interface StartTaskOptions extends ConnectionOptions {
  readonly parameter: readonly string[];
  readonly parameters?: string;
  readonly description?: string;
  readonly at?: string;
  readonly delay?: string;
  readonly priority?: string;
  readonly key?: string;
  readonly watch?: boolean;
}

/** `batchline task start NAME`: starts a task and prints its id, or follows the task. */
export async function startTask(name: string, options: StartTaskOptions): Promise<ExitCode> {
  const ParameterObject = await readParameters(options);
  const connection = await connect(options);
  const call = connection.client.POST('/api/v1/BatchTask', {
    params: {
      query: {
        ...(options.at === undefined ? {} : { StartAt: options.at }),
        ...(options.delay === undefined ? {} : { DelaySeconds: options.delay }),
        ...(options.priority === undefined ? {} : { Priority: options.priority }),
      },
      header: options.key === undefined ? {} : { 'idempotency-key': options.key },
    },
    body: {
      Name: name,
      Description: options.description ?? '',
      ...(ParameterObject === undefined ? {} : { ParameterObject }),
    },
  });
  const id = await connection.answer(call);
  const ignored = ignoredBy((await call).response);
  if (ignored !== null) console.error(`The server ignored: ${ignored}`);
  if (options.watch === true) return watchTask(connection, id, options);
  print({ Id: id }, options.json, String(id));
  return 0;
}

async function readParameters({
  parameter,
  parameters,
}: StartTaskOptions): Promise<Record<string, unknown> | undefined> {
  if (parameter.length > 0 && parameters !== undefined)
    throw new OperatorError('USAGE_INVALID', '--parameter and --parameters cannot be used together');
  if (parameters !== undefined) return readObject(parameters);
  if (parameter.length === 0) return undefined;
  return Object.fromEntries(
    parameter.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1)
        throw new OperatorError(
          'USAGE_INVALID',
          `--parameter is "${pair}"; it must have the form name=value`,
        );
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

async function readObject(source: string): Promise<Record<string, unknown>> {
  const json =
    source === '-'
      ? await text(process.stdin)
      : source.startsWith('@')
        ? await readFile(source.slice(1), 'utf8').catch((error: Error) => {
            throw new OperatorError('USAGE_INVALID', `can't read the file of --parameters: ${error.message}`);
          })
        : source;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new OperatorError('USAGE_INVALID', `--parameters is not JSON: ${(error as Error).message}`);
  }
  throw new OperatorError(
    'USAGE_INVALID',
    '--parameters is not a JSON object; pass a JSON object, @FILE or -',
  );
}

/** Options of `task list`. */
export interface ListTasksOptions extends ConnectionOptions {
  readonly state: readonly ListedState[];
  readonly name?: string;
  readonly filter?: string;
  readonly search?: string;
  readonly mine?: boolean;
  readonly top: string;
}

const LISTED =
  'batchTaskId,name,state,stopped,progressPercent,associateId,registeredDate,dueAt,waitsFor,description';

/** `batchline task list`: prints tasks, newest first. */
export async function listTasks(options: ListTasksOptions): Promise<ExitCode> {
  const conditions = [
    ...(options.state.length === 0 ? [] : [listedStateFilter(options.state)]),
    ...(options.name === undefined ? [] : [`name eq ${quoteText(options.name)}`]),
    ...(options.mine === true ? ['associateId currentAssociate'] : []),
    ...(options.filter === undefined ? [] : [`(${options.filter})`]),
  ];
  const { client, answer } = await connect(options);
  const { value } = await answer(
    client.GET('/api/v1/BatchTask', {
      params: {
        query: {
          $select: LISTED,
          $orderBy: 'batchTaskId desc',
          $top: options.top,
          ...(conditions.length === 0 ? {} : { $filter: conditions.join(' and ') }),
          ...(options.search === undefined ? {} : { $search: options.search }),
        },
      },
    }),
  );
  const rows = value.map((row) => ({
    ...row,
    state: storedStateOf(Number(row.state)),
    dueAt: isSet(row.dueAt) ? row.dueAt : null,
  }));
  printList(rows, options.json, (row: Record<string, unknown>) => [
    String(row.batchTaskId),
    String(row.name),
    listedStateOf(row.state as StoredState, row.stopped === true),
    `${row.progressPercent} %`,
    String(row.registeredDate),
    row.dueAt === null ? '' : `due ${row.dueAt}`,
    String(row.description),
  ]);
  return 0;
}

/** False for a date of the list that is not set. */
function isSet(date: unknown): boolean {
  return !String(date).startsWith('0001-');
}

/** `batchline task show ID`: prints a task. */
export async function showTask(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const connection = await connect(options);
  const task = await readTask(connection, id);
  const waiting = await readWaiting(connection, id);
  const attempts = await readAttempts(connection, id);
  const { TableRight: _, FieldProperties: __, ...shown } = task;
  const due = { DueAt: waiting?.DueAt, WaitsFor: waiting && waitText(waiting) };
  const blocks = [formatProperties({ ...shown, ...due }), ...attempts.map(attemptText)];
  const { DueAt, WaitsFor } = waiting ?? {};
  print({ ...task, DueAt, WaitsFor, Attempts: attempts }, options.json, blocks.join('\n\n'));
  return 0;
}

/** When a task is due and why it does not run; `undefined` from a server that does not say. */
async function readWaiting({ client, answer }: Connection, id: number): Promise<Waiting | undefined> {
  const call = client.GET('/api/v1/BatchTask/{id}/Waiting', { params: at(id) });
  return (await call).response.status === 404 ? undefined : answer(call);
}

/** The reasons why a task waits, in sentences; empty for one that is running or has ended. */
function waitText({ WaitsFor }: Waiting): string {
  return WaitsFor.filter(({ Reason }) => Reason !== 'Running' && Reason !== 'Ended')
    .map(({ Text }) => Text)
    .join(' ');
}

/** All attempts of a task, page by page; none from a server that keeps none. */
async function readAttempts({ client, answer }: Connection, id: number): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (;;) {
    const query = { After: String(attempts.at(-1)?.Number ?? 0) };
    const call = client.GET('/api/v1/BatchTask/{id}/Attempts', { params: { ...at(id), query } });
    const { response } = await call;
    if (response.status === 404) return attempts;
    attempts.push(...(await answer(call)));
    if (!response.headers.has('Batchline-List-Cut')) return attempts;
  }
}

function attemptText(attempt: Attempt): string {
  const { Number: number, Outcome, Worker, Started, DurationSeconds, NextDelaySeconds, Reason } = attempt;
  return formatProperties({
    Attempt: `${number}, ${Outcome ?? 'in progress'}`,
    Worker,
    Started,
    Duration: DurationSeconds === null ? null : `${DurationSeconds} s`,
    Reason,
    Next: NextDelaySeconds === null ? null : `in ${NextDelaySeconds} s`,
    Error: attempt.Error && errorText(attempt.Error),
    Record: attempt.Recorded ? null : 'none: an earlier release ended it; from the history',
  });
}

/** The class and the message of an error, and those of its causes. */
function errorText({ Class, Message, Cause, Errors = [] }: AttemptError): string {
  const own = Class ? `${Class}: ${Message}` : Message;
  const causes = [...(Cause ? [Cause] : []), ...Errors].map((one) => errorText(one as AttemptError));
  return [own, ...causes].join('; caused by ');
}

/** `batchline task watch ID`: follows a task until it ends. */
export async function watchTaskCommand(id: number, options: ConnectionOptions): Promise<ExitCode> {
  return watchTask(await connect(options), id, options);
}

/** `batchline task stop ID`. @returns 5 if the task has ended or can't be stopped */
export async function stopTask(id: number, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const stopped = await answer(client.POST('/api/v1/BatchTask/{id}/Stop', { params: at(id) }));
  print(
    { Id: id, Stopped: stopped },
    options.json,
    stopped ? `Stopping task ${id}.` : `Task ${id} has already ended or can't be stopped.`,
  );
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

/** `batchline task delete ID…`: deletes all of the tasks or none. */
export async function deleteTasks(ids: readonly number[], options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.POST('/api/v1/Agents/Batch/DeleteBatchTasks', { body: { BatchTaskIds: [...ids] } }));
  print({ Deleted: ids }, options.json, ids.map((id) => `Deleted task ${id}.`).join('\n'));
  return 0;
}

/** Polling interval of `--follow`. */
const LOG_INTERVAL_MS = 500;

/** `batchline task logs ID`: prints the log of a task. */
export async function showLog(
  id: number,
  options: ConnectionOptions & { readonly follow?: boolean; readonly attempt?: number },
): Promise<ExitCode> {
  const connection = await connect(options);
  const { client, answer } = connection;
  const attempt = options.attempt === undefined ? {} : { Attempt: String(options.attempt) };
  let after = 0;
  for (;;) {
    // Reads the state before the log: if the task has ended, this page of the log is complete.
    const hasFinished =
      options.follow !== true || hasEnded((await readTask(connection, id)).State as StoredState);
    const found = await answer(
      client.GET('/api/v1/BatchTask/{id}/Log', {
        params: { ...at(id), query: { After: String(after), ...attempt } },
      }),
    );
    for (const line of found)
      console.log(
        escapeLine(
          options.json === true ? JSON.stringify(line) : `${line.At} ${line.Level.padEnd(5)} ${line.Message}`,
        ),
      );
    after = found.at(-1)?.Id ?? after;
    if (hasFinished) return 0;
    await new Promise((resolve) => setTimeout(resolve, LOG_INTERVAL_MS));
  }
}

/** Polling interval. */
const INTERVAL_MS = 300;
const BAR_WIDTH = 30;
/** Width of a terminal that doesn't report one. */
const DEFAULT_WIDTH = 80;

/**
 * Follows a task until it ends: with a progress bar on a terminal; otherwise, and with `json`, one line for each change.
 *
 * @returns 7 if the task failed
 */
export async function watchTask(
  connection: Connection,
  id: number,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const bar = json !== true && process.stdout.isTTY;
  let shown = '';
  for (;;) {
    const task = await readTask(connection, id);
    const hasFinished = hasEnded(task.State as StoredState);
    const reason = task.State === 'New' && json !== true ? await firstWait(connection, id) : '';
    const line = `${bar ? barOf(task) : lineOf(task)} ${reason}`.trimEnd();
    if (line !== shown) {
      if (bar)
        process.stdout.write(`\r\x1b[K${escapeLine(line).slice(0, process.stdout.columns || DEFAULT_WIDTH)}`);
      else console.log(escapeLine(json === true ? JSON.stringify(task) : line));
      shown = line;
    }
    if (hasFinished) {
      if (bar) process.stdout.write('\n');
      if (json !== true && task.Result !== '') console.log(escapeText(task.Result));
      return task.State === 'Failed' ? 7 : 0;
    }
    await delay(INTERVAL_MS);
  }
}

/** The first reason why a task waits; empty if it is only its position in the queue, which changes all the time. */
async function firstWait(connection: Connection, id: number): Promise<string> {
  const [first] = (await readWaiting(connection, id))?.WaitsFor ?? [];
  return first === undefined || ['Queue', 'Due', 'Running', 'Ended'].includes(first.Reason) ? '' : first.Text;
}

function lineOf({ Id, Name, State, ProgressPercent, ProgressDescription }: Task): string {
  return `${Id} ${Name} ${State} ${ProgressPercent} % ${ProgressDescription}`.trimEnd();
}

function barOf({ State, ProgressPercent, ProgressDescription }: Task): string {
  const done = Math.round((BAR_WIDTH * Math.min(ProgressPercent, 100)) / 100);
  const bar = '█'.repeat(done) + '░'.repeat(BAR_WIDTH - done);
  return `${bar} ${String(ProgressPercent).padStart(3)} % ${State} ${ProgressDescription}`;
}
