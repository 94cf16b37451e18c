import { sql, type Transaction } from 'kysely';
import { CancellationBehaviour } from '../../core/cancellation.ts';
import type { NewTask } from '../../core/task.ts';
import { TaskState } from '../../core/task-state.ts';
import type { TraceContext } from '../../core/trace-context.ts';
import type { Schema } from '../schema.ts';
import { PREPARED } from '../sql.ts';

/** The number by which DetailsTable names the table of binary objects (contract, section 1.3). */
export const BINARY_OBJECT_TABLE = 205;

/** A task to insert, with its due time and priority. */
export interface TaskToInsert {
  readonly task: NewTask;
  /** The associate who starts it. */
  readonly actorId: number;
  /** Any id, for a task that the stager promotes when it is due; null if it is available at once. */
  readonly jobId: string | null;
  /** Seconds until it is due. */
  readonly delaySeconds: number;
  /** The instant when it is due, if the caller named one; overrides `delaySeconds`. */
  readonly dueAt?: Date | undefined;
  /** Tasks with a higher priority run first. */
  readonly priority: number;
  /** Its place in a distributed trace; null if it has none. */
  readonly trace: TraceContext | null;
}

/** Maximum rows of one statement: PostgreSQL accepts 65,535 parameters. */
const BATCH = 1000;

/**
 * Inserts tasks as New, and each ParameterObject as a binary object that DetailsTable and DetailsRecord then link to
 * (contract, section 1).
 *
 * @returns the new ids, in the order of the tasks
 */
export async function insertTasks(
  trx: Transaction<Schema>,
  tasks: readonly TaskToInsert[],
): Promise<number[]> {
  const ids: number[] = [];
  for (let from = 0; from < tasks.length; from += BATCH) {
    ids.push(...(await insertBatch(trx, tasks.slice(from, from + BATCH))));
  }
  return ids;
}

async function insertBatch(trx: Transaction<Schema>, tasks: readonly TaskToInsert[]): Promise<number[]> {
  const objects = await insertBinaryObjects(trx, tasks);
  const rows = await trx
    .insertInto('batchline.task')
    .values(tasks.map((one) => columnsOf(one, objects.get(one) ?? null)))
    .returning('id')
    .$call((query) => (tasks.length === 1 ? query.modifyEnd(PREPARED) : query))
    .execute();
  return inOrder(rows);
}

/** Identities are taken in the order of the rows. */
function inOrder(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

function columnsOf(
  { task, actorId, jobId, delaySeconds, dueAt, priority, trace }: TaskToInsert,
  objectId: number | null,
) {
  return {
    tenant: task.tenant,
    name: task.name,
    owner_id: task.ownerId,
    is_internal: task.isInternal,
    details_table: objectId === null ? task.detailsTable : BINARY_OBJECT_TABLE,
    details_record: objectId ?? task.detailsRecord,
    parameter_object_id: objectId,
    updated_by: actorId,
    context: task.context,
    state: TaskState.New,
    description: task.description,
    response: task.response,
    request: task.request,
    file_name: task.fileName,
    cancellation: CancellationBehaviour[task.cancellation],
    job_id: jobId,
    priority,
    run_as: JSON.stringify(task.runAs),
    traceparent: trace?.traceparent ?? null,
    tracestate: trace?.tracestate ?? null,
    run_after:
      dueAt === undefined
        ? sql<Date>`now() + ${delaySeconds}::float8 * interval '1 second'`
        : sql<Date>`greatest(now(), ${dueAt}::timestamptz)`,
  };
}

/** Inserts the ParameterObjects; resolves to their ids by their tasks. */
async function insertBinaryObjects(
  trx: Transaction<Schema>,
  tasks: readonly TaskToInsert[],
): Promise<Map<TaskToInsert, number>> {
  const owners = tasks.filter(({ task }) => task.parameters !== null);
  if (owners.length === 0) return new Map();
  const rows = await trx
    .insertInto('batchline.binary_object')
    .values(owners.map(({ task }) => ({ tenant: task.tenant, content: JSON.stringify(task.parameters) })))
    .returning('id')
    .$call((query) => (owners.length === 1 ? query.modifyEnd(PREPARED) : query))
    .execute();
  return new Map(inOrder(rows).map((id, index) => [owners[index] as TaskToInsert, id]));
}
