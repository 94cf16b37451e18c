import { createHash, randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { type Caller, isAdministrator } from '../core/caller.ts';
import { conflict, forbidden, gone, invalid } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { type Message, message } from '../core/message.ts';
import { runAsOf } from '../core/run-as.ts';
import { type NewTask, type Parameters, type StartOptions, secondsUntil } from '../core/task.ts';
import type { TraceContext } from '../core/trace-context.ts';
import { beginSend } from '../core/tracing.ts';
import { type Associate, getAssociate } from '../db/queries/account.ts';
import { claimKey, type EarlierUse, type KeyUse, storeAnswer } from '../db/queries/idempotency.ts';
import { insertTasks } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { type InsertedTask, recordStarts } from '../queue/transition.ts';
import type { TaskDeps } from './context.ts';
import { readTask } from './read-tasks.ts';

/** What a caller may set at the start of a task (contract, section 1). */
export interface StartRequest {
  readonly name: string;
  readonly associateId: number;
  readonly isSystemTask: boolean;
  readonly isInternalTask: boolean;
  readonly detailsTable: number;
  readonly detailsRecord: number;
  readonly parameterObject: Parameters | null;
  readonly databaseSerialNumber: string;
  readonly context: string;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly fileName: string;
}

/**
 * Starts a task: inserts the row and its record in one transaction. It is durable when this
 * resolves.
 *
 * @param reason what the record says
 * @returns the new id; 0 for an internal task, of which no row will remain (contract, section 3)
 * @throws RequestError where the definition is unknown, the parameters miss its schema, a text is too long, the caller
 *   may not, or (conflict) the idempotency key came with another call
 */
export async function startTask(
  parts: TaskDeps,
  caller: Caller,
  request: StartRequest,
  options: StartOptions = {},
  reason: Message = message`Started by a caller.`,
): Promise<number> {
  const task = await prepareStart(parts, caller, request);
  const delaySeconds = secondsUntil(options.due, new Date());
  return inTransaction(parts.database, async (trx) => {
    const use = keyUseOf(caller, task.tenant, request, options);
    const earlier = use && (await claimKey(trx, use));
    if (earlier !== undefined) return answerAgain(earlier, use?.fingerprint);
    const { priority = 0, trace } = options;
    const actorId = caller.associateId;
    const dueAt = options.due instanceof Date ? options.due : undefined;
    const id = await insertStart(parts, trx, task, { actorId, priority, delaySeconds, dueAt, reason, trace });
    const told = task.isInternal ? 0 : id;
    if (use !== undefined) await storeAnswer(trx, use, told);
    return told;
  });
}

/**
 * Checks everything about a start that can be checked before its transaction.
 *
 * @returns the task as it will be inserted
 * @throws RequestError as `startTask` does
 */
export async function prepareStart(parts: TaskDeps, caller: Caller, request: StartRequest): Promise<NewTask> {
  if (!caller.scopes.includes('write'))
    throw forbidden`You may not start batch tasks: this sign-in is read-only.`;
  const definition = await parts.definitions.get(request.name);
  await definition.readParameters(request.parameterObject);
  checkTexts(parts, request);
  const tenant = tenantOf(parts, caller, request.databaseSerialNumber);
  checkText('DatabaseSerialNumber', tenant, parts.textLimits.databaseSerialNumber);
  const ownerId = await ownerOf(parts, caller, request);
  return {
    tenant,
    name: definition.name,
    ownerId,
    isInternal: request.isInternalTask,
    detailsTable: request.detailsTable,
    detailsRecord: request.detailsRecord,
    parameters: request.parameterObject,
    context: request.context,
    description: request.description,
    response: request.response,
    request: request.request,
    fileName: request.fileName,
    cancellation: definition.cancellation,
    runAs: runAsOf(caller, ownerId),
  };
}

/** Who starts a prepared task, why, when and in which order. */
export interface StartDetails {
  readonly actorId: number;
  readonly priority: number;
  /** Seconds until its first run is due. */
  readonly delaySeconds: number;
  /** The instant when it is due, where the caller named one; it goes before `delaySeconds`. */
  readonly dueAt?: Date | undefined;
  readonly reason: Message;
  /** Where whoever starts it stands in a distributed trace. */
  readonly trace?: TraceContext | null | undefined;
}

/** A prepared task and how it is to start. */
export interface PreparedStart {
  readonly task: NewTask;
  readonly details: StartDetails;
}

/** Inserts a prepared task with its record, and announces it after the commit. */
export async function insertStart(
  parts: Pick<TaskDeps, 'queue'>,
  trx: Transaction<Schema>,
  task: NewTask,
  details: StartDetails,
): Promise<number> {
  const [id] = await insertStarts(parts, trx, [{ task, details }]);
  return id as number;
}

/**
 * Inserts prepared tasks with their records, by one statement for each table, and announces them after the commit.
 * Resolves to their ids, in order.
 */
export async function insertStarts(
  { queue }: Pick<TaskDeps, 'queue'>,
  trx: Transaction<Schema>,
  starts: readonly PreparedStart[],
): Promise<number[]> {
  const spans = starts.map(({ task, details }) => beginSend(task.name, task.tenant, details.trace ?? null));
  const rows = starts.map(({ task, details }, index) => {
    const { actorId, priority, delaySeconds, dueAt } = details;
    // The stager promotes it when it is due.
    const jobId = delaySeconds > 0 || dueAt !== undefined ? randomUUID() : null;
    return { task, actorId, jobId, delaySeconds, dueAt, priority, trace: spans[index]?.trace ?? null };
  });
  try {
    const ids = await insertTasks(trx, rows);
    const inserted = starts.map(({ task, details }, index): InsertedTask => {
      const { tenant, name } = task;
      const { actorId, delaySeconds, reason } = details;
      const taskId = ids[index] as number;
      spans[index]?.note({ 'messaging.message.id': String(taskId) });
      return { name, delaySeconds, audit: { taskId, tenant, actorId, nodeId: null, reason } };
    });
    await recordStarts(trx, queue, inserted);
    return ids;
  } catch (error) {
    for (const span of spans) span.fail('exception', error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** The use of a key: whoever sends the same key with another call is told so. */
function keyUseOf(
  caller: Caller,
  tenant: string,
  request: StartRequest,
  { idempotencyKey: key, trace: _, ...options }: StartOptions,
): KeyUse | undefined {
  if (key === undefined) return undefined;
  const call = JSON.stringify([request, tenant, options]);
  const fingerprint = createHash('sha256').update(call).digest('base64');
  return { associateId: caller.associateId, key, fingerprint };
}

function answerAgain(earlier: EarlierUse, fingerprint: string | undefined): number {
  if (earlier.fingerprint === fingerprint) {
    if (!earlier.isGone) return earlier.answer;
    throw gone`The Idempotency-Key started batch task ${earlier.answer}, which has been deleted; use a new key.`.withCode(
      'idempotency_key_gone',
    );
  }
  throw conflict`The Idempotency-Key was used for a different start within the last day; use a new key.`.withCode(
    'idempotency_key_reused',
  );
}

function checkTexts({ textLimits }: TaskDeps, request: StartRequest): void {
  checkText('Description', request.description, textLimits.description);
  checkText('Response', request.response, textLimits.response);
  checkText('Request', request.request, textLimits.request);
  checkText('FileName', request.fileName, textLimits.fileName);
  checkText('Context', request.context, textLimits.context);
}

function tenantOf(parts: TaskDeps, caller: Caller, wanted: string): string {
  if (caller.tenant === null) return wanted === '' ? parts.serialNumber : wanted;
  if (wanted !== '' && wanted !== caller.tenant) {
    throw forbidden`You may not start batch tasks for DatabaseSerialNumber "${wanted}"; yours is "${caller.tenant}".`;
  }
  return caller.tenant;
}

/**
 * Returns the owner of what the caller starts: the caller, or the associate or the system that an administrator names.
 *
 * @throws RequestError (forbidden) if the caller wants a system task and is not an administrator; (invalid) if there is no such associate.
 *   To an administrator of a tenant, the associates of other tenants and those of none look the same as none
 */
export async function ownerOf(
  { database }: TaskDeps,
  caller: Caller,
  {
    associateId = 0,
    isSystemTask = false,
  }: { readonly associateId?: number | undefined; readonly isSystemTask?: boolean | undefined },
): Promise<number> {
  if (!isAdministrator(caller)) {
    if (isSystemTask) throw forbidden`You may not start system tasks: IsSystemTask is for administrators.`;
    return caller.associateId;
  }
  if (isSystemTask) return 0;
  if (associateId === 0 || associateId === caller.associateId) return caller.associateId;
  if (!mayStartFor(caller, await getAssociate(database.sql, associateId)))
    throw invalid`AssociateId is ${associateId}, but there is no such associate.`;
  return associateId;
}

/** Returns whether an administrator may start tasks for this associate: one of a tenant, only for the tenant's. */
function mayStartFor(caller: Caller, associate: Associate | undefined): boolean {
  return associate !== undefined && (caller.tenant === null || associate.tenant === caller.tenant);
}

/**
 * Starts a copy of a task that the caller may see, with the caller's rights. Output of its runs is not
 * copied. An administrator's copy has the same owner, if the administrator may start tasks for that associate; any
 * other copy is the caller's own.
 *
 * @param parameters replace ParameterObject; `undefined` keeps it
 * @returns the new id; 0 for an internal task
 * @throws RequestError where there is no such task, or as `startTask` does
 */
export async function copyTask(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  parameters: Parameters | null | undefined,
  options: StartOptions,
): Promise<number> {
  const task = await readTask(parts, caller, id);
  // With a ParameterObject, the details link to it (contract, section 1): the copy has one of its own.
  const linked = task.parameters !== null;
  const request = {
    name: task.name,
    associateId: await ownerOfCopy(parts, caller, task.ownerId),
    isSystemTask: isAdministrator(caller) && task.ownerId === 0,
    isInternalTask: task.isInternal,
    detailsTable: linked ? 0 : task.detailsTable,
    detailsRecord: linked ? 0 : task.detailsRecord,
    parameterObject: parameters === undefined ? task.parameters : parameters,
    databaseSerialNumber: task.tenant,
    context: task.context,
    description: task.description,
    response: '',
    request: task.request,
    fileName: '',
  };
  return startTask(
    parts,
    caller,
    request,
    options,
    message`Started by a caller as a copy of batch task ${id}.`,
  );
}

async function ownerOfCopy({ database }: TaskDeps, caller: Caller, ownerId: number): Promise<number> {
  if (!isAdministrator(caller) || ownerId === 0 || caller.tenant === null) return ownerId;
  return mayStartFor(caller, await getAssociate(database.sql, ownerId)) ? ownerId : caller.associateId;
}
