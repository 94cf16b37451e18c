import { sql, type Transaction } from 'kysely';
import type { NewTask } from '../../domain/batch-task.ts';
import { CancellationBehaviour } from '../../domain/cancellation.ts';
import { TaskState } from '../../domain/task-state.ts';
import type { TraceContext } from '../../domain/trace-context.ts';
import { PREPARED } from '../prepared.ts';
import type { Schema } from '../schema.ts';

/** The number by which DetailsTable names the table of binary objects (contract, section 1.3). */
export const BINARY_OBJECT_TABLE = 205;

/** What delivers a new task. */
export interface FirstDelivery {
  /** Any id, for a task that the stager promotes when it is due; null if it is available at once. */
  readonly jobId: string | null;
  /** Seconds until it is due. */
  readonly delaySeconds: number;
  /** The instant when it is due, where the caller named one; it goes before `delaySeconds`. */
  readonly dueAt?: Date | undefined;
  /** Higher ones are delivered first. */
  readonly priority: number;
  /** Where the start stands in a distributed trace; null where in none. */
  readonly trace: TraceContext | null;
}

/**
 * Inserts a task as New, and its ParameterObject as a binary object that DetailsTable and DetailsRecord then
 * link to (contract, section 1).
 *
 * @param delivery what will deliver it, and when and in which order
 * @returns the new id
 */
export async function insertTask(
  trx: Transaction<Schema>,
  task: NewTask,
  actorId: number,
  { jobId, delaySeconds, dueAt, priority, trace }: FirstDelivery,
): Promise<number> {
  const objectId =
    task.parameters === null ? null : await insertBinaryObject(trx, task.tenant, task.parameters);
  const { id } = await trx
    .insertInto('batchline.task')
    .values({
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
          ? sql`now() + ${delaySeconds}::float8 * interval '1 second'`
          : sql`greatest(now(), ${dueAt}::timestamptz)`,
    })
    .returning('id')
    .modifyEnd(PREPARED)
    .executeTakeFirstOrThrow();
  return id;
}

async function insertBinaryObject(
  trx: Transaction<Schema>,
  tenant: string,
  content: object,
): Promise<number> {
  const { id } = await trx
    .insertInto('batchline.binary_object')
    .values({ tenant, content: JSON.stringify(content) })
    .returning('id')
    .modifyEnd(PREPARED)
    .executeTakeFirstOrThrow();
  return id;
}
