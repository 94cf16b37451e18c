import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import { callerOfRun } from '../core/access.ts';
import { invalid } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { visibleTo } from '../core/permissions.ts';
import { type Backoff, retry } from '../core/retry.ts';
import { checkpointJson } from '../core/run-outcome.ts';
import type { RunUse } from '../core/run-scope.ts';
import type { BatchTask } from '../core/task.ts';
import { parseState } from '../core/task-state.ts';
import { traceHeaders } from '../core/tracing.ts';
import type { Database } from '../db/database.ts';
import { isConnectionError } from '../db/errors.ts';
import { getAssociate } from '../db/queries/account.ts';
import { writeCheckpoint } from '../db/queries/queue.ts';
import { listTasks, readRunAs, type TaskFilter } from '../db/queries/task.ts';
import { asRun, checkNoTransaction, currentUse } from '../db/run-connections.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import type { Files } from '../files/files.ts';
import { childrenOver } from '../sdk/children.ts';
import type { RunServices, RunTransaction, TaskContext } from '../sdk/define-task.ts';
import { type Json, PermanentError, RunEnded } from '../sdk/errors.ts';
import { forwardingLog, lineText } from '../sdk/log.ts';
import { childrenOfRun } from './children/run-children.ts';
import type { ChildrenDeps } from './children/start.ts';
import type { Run, RunLog } from './run.ts';

const PAGE = 1000;

/** Reads the tasks that a run of a task may see, oldest first. */
export type TaskReader = (
  onBehalfOf: BatchTask,
  filter: { readonly name?: string; readonly state?: string },
) => AsyncIterable<BatchTask>;

/** Creates a reader that reads the database page by page. */
export function taskReader(database: Database): TaskReader {
  return async function* read(onBehalfOf, { name, state }) {
    const stateName = state === undefined ? undefined : parseState(state);
    if (state !== undefined && stateName === undefined) throw invalid`There is no state "${state}".`;
    const stored = stateName === 'All' || stateName === 'Unknown' ? undefined : stateName;
    const ownerIds = await visibleOwners(database, onBehalfOf);
    const filter: TaskFilter = { tenant: onBehalfOf.tenant, ownerIds, name, state: stored };
    for (let beyondId = 0; ; ) {
      const page = await listTasks(database.sql, { ...filter, beyondId }, 'oldest', PAGE);
      yield* page.rows;
      const last = page.rows.at(-1);
      if (last === undefined || !page.more) return;
      beyondId = last.id;
    }
  };
}

/** Returns the owners whose tasks a run may see: those visible to the sign-in that started it. */
async function visibleOwners({ sql }: Database, task: BatchTask): Promise<readonly number[] | undefined> {
  const owner = task.ownerId === 0 ? undefined : await getAssociate(sql, task.ownerId);
  const caller = callerOfRun(task, await readRunAs(sql, task.id), owner);
  return visibleTo(caller).ownerIds ?? undefined;
}

const OUTAGE_BACKOFF: Backoff = { firstMs: 100, maxMs: 2000 };

/** Dependencies of the contexts of runs. */
export interface ContextDeps {
  readonly database: Database;
  readonly files: Files;
  readonly allowPrivateAddresses: boolean;
  readonly readTasks: TaskReader;
  readonly runLog: RunLog;
  readonly childrenDeps: ChildrenDeps;
}

/** Creates the context that is passed to the handler of a run. */
export function createContext(run: Run, parameters: unknown, deps: ContextDeps): TaskContext {
  // Created on demand: most runs use few of them.
  let log: Logger | undefined;
  let children: TaskContext['children'] | undefined;
  let services: RunServices | undefined;
  const logOfTask = (): Logger => {
    log ??= taskLog(run, deps.runLog);
    return log;
  };
  return {
    parameters,
    task: run.task,
    attempt: run.task.attempt,
    get signal() {
      return run.signal;
    },
    get log() {
      return logOfTask();
    },
    traceHeaders: traceHeaders(run.span.trace),
    lastCheckpoint: (run.checkpoint ?? undefined) as Json | undefined,
    progress(percent, text) {
      const problem = run.progress(percent, text);
      if (problem !== undefined) logOfTask().warn(problem);
    },
    checkpoint(value) {
      const open = currentUse()?.transaction as OpenTransaction | undefined;
      if (open?.isOpen === true && open.run === run) return open.checkpoint(value);
      return retryWhileUnavailable(() => keepCheckpoint(deps.database.sql, run, value), run.signal);
    },
    async resultFile(name) {
      const file = await deps.files.resultFile(run.task, name, run.fileAttempt);
      run.fileName = file.name;
      return file;
    },
    get children() {
      children ??= childrenOver(childrenOfRun(run, deps.childrenDeps, deps.runLog));
      return children;
    },
    get services() {
      services ??= createServices(run, deps);
      return services;
    },
  };
}

/** Creates a logger that writes to the server's log and, from level info, to the log of the task. */
function taskLog(run: Run, runLog: RunLog): Logger {
  const { id: taskId, attempt } = run.task;
  return forwardingLog((line) => {
    run.log[line.level]({ event: 'task.log', ...line.fields }, line.message);
    if (line.level !== 'debug') runLog.add({ taskId, attempt, level: line.level, message: lineText(line) });
  });
}

/**
 * Saves a checkpoint, or cancels the run if it no longer owns its task.
 *
 * @throws RequestError (invalid) if the value can't be stored
 */
async function keepCheckpoint(db: Database['sql'], run: Run, value: Json): Promise<void> {
  const withFile = run.fileName !== null;
  const json = checkpointJson(value);
  if (await writeCheckpoint(db, run.task.id, run.task.attempt, json, withFile)) return;
  run.cancel('lost');
  throw new RunEnded('lost');
}

function createServices(run: Run, deps: ContextDeps): RunServices {
  return {
    database: deps.database.sql as unknown as Kysely<unknown>,
    transaction: (work) => transactionOf(run, deps, work),
    inputFile: (name) => deps.files.inputFile(name, run.task),
    allowPrivateAddresses: deps.allowPrivateAddresses,
    tasks: (filter): AsyncIterable<BatchTask> => deps.readTasks(run.task, filter),
  };
}

/** A transaction of a run, which `ctx.checkpoint` joins. */
interface OpenTransaction extends NonNullable<RunUse['transaction']> {
  readonly run: Run;
  checkpoint(value: Json): Promise<void>;
}

/** Runs the work of a handler and its checkpoint in one transaction. */
async function transactionOf<T>(
  run: Run,
  deps: ContextDeps,
  work: (tx: RunTransaction) => Promise<T>,
): Promise<T> {
  checkNoTransaction();
  const expired = Promise.withResolvers<never>();
  expired.promise.catch(() => undefined); // handled by the race below
  const transaction: OpenTransaction = {
    run,
    isOpen: false,
    onExpired: expired.reject,
    checkpoint: () => Promise.reject(new Error('The transaction has not started.')),
  };
  const attempt = async (trx: Transaction<Schema>): Promise<T> => {
    let kept = false;
    transaction.checkpoint = async (value) => {
      await keepCheckpoint(trx, run, value);
      kept = true;
    };
    transaction.isOpen = true;
    try {
      const done = work({ sql: trx as never, checkpoint: (value) => transaction.checkpoint(value) });
      const result = await Promise.race([done, expired.promise]);
      if (!kept)
        throw new PermanentError(
          message`A transaction of a run must set the checkpoint, to verify that the run still owns the task.`,
        );
      return result;
    } finally {
      transaction.isOpen = false;
    }
  };
  return asRun({ definition: run.task.name, transaction }, () => inTransaction(deps.database, attempt));
}

/**
 * Retries while the database is unreachable, so that a failover does not fail a run. `work` must be idempotent.
 *
 * @param signal the signal of the run, which aborts when the lease expires at the latest
 */
function retryWhileUnavailable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retry(work, { ...OUTAGE_BACKOFF, signal, isRetryable: isConnectionError });
}
