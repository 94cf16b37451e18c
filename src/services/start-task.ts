import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { type Caller, isAdministrator, runAsOf } from '../core/access.ts';
import { conflict, forbidden, gone, invalid } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { type Message, message } from '../core/message.ts';
import { type NewTask, type Parameters, type StartOptions, secondsUntil } from '../core/task.ts';
import { type Associate, getAssociate } from '../db/queries/account.ts';
import { claimKey, type EarlierUse, type KeyUse, storeAnswer } from '../db/queries/idempotency.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import type { KnownDefinition } from '../queue/definitions.ts';
import type { TaskDeps } from './access.ts';
import { readTask } from './read-tasks.ts';
import { insertStart, type StartDetails } from './start-batcher.ts';

/** The properties that a caller can set when starting a task (contract, section 1). */
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
 * Starts a task: inserts its row and audit row. The task is durable when this resolves. One statement writes all concurrent
 * starts; a start with an idempotency key has a separate transaction.
 *
 * @param reason the reason in the audit row
 * @returns the new id; 0 for an internal task, whose row is deleted when it ends (contract, section 3)
 * @throws RequestError if the definition is unknown, the parameters violate its schema, a text is too long, or the caller
 *   may not start it; (conflict) if the idempotency key was used for a different call
 */
export async function startTask(
  deps: TaskDeps,
  caller: Caller,
  request: StartRequest,
  options: StartOptions = {},
  reason: Message = message`Started by a caller.`,
): Promise<number> {
  const task = await prepareStart(deps, caller, request);
  const details = detailsOf(caller, options, reason);
  const use = keyUseOf(caller, task.tenant, request, options);
  if (use === undefined) return answerOf(task, await deps.starts.write({ task, details }));
  return startOnce(deps, use, async (trx) => answerOf(task, await insertStart(deps, trx, task, details)));
}

/** Returns the details of a start that is due as its options say. */
export function detailsOf(caller: Caller, options: StartOptions, reason: Message): StartDetails {
  const { due, priority = 0, trace } = options;
  return {
    actorId: caller.associateId,
    priority,
    delaySeconds: secondsUntil(due, new Date()),
    dueAt: due instanceof Date ? due : undefined,
    reason,
    trace,
  };
}

/**
 * Starts tasks in a transaction unless their idempotency key has started them: then it returns the first answer. Calls that
 * answer differently must have different fingerprints.
 */
export function startOnce<Answer extends number | readonly number[]>(
  deps: TaskDeps,
  use: KeyUse,
  start: (trx: Transaction<Schema>) => Promise<Answer>,
): Promise<Answer> {
  return inTransaction(deps.database, async (trx) => {
    const earlier = await claimKey(trx, use);
    if (earlier !== undefined) return answerAgain(earlier, use.fingerprint) as Answer;
    const answer = await start(trx);
    await storeAnswer(trx, use, answer);
    return answer;
  });
}

/** Returns the answer to a start: the id, or 0 for an internal task. */
export function answerOf({ isInternal }: NewTask, id: number): number {
  return isInternal ? 0 : id;
}

/** Lookups of a start in the database, cached for the starts of one call. */
export class StartLookup {
  readonly #deps: TaskDeps;
  readonly #definitions = new Map<string, Promise<KnownDefinition>>();
  readonly #associates = new Map<number, Promise<Associate | undefined>>();

  constructor(deps: TaskDeps) {
    this.#deps = deps;
  }

  /** @throws RequestError (invalid) if there is no such definition */
  definition(name: string): Promise<KnownDefinition> {
    const found = this.#definitions.get(name) ?? this.#deps.definitions.get(name);
    this.#definitions.set(name, found);
    return found;
  }

  /** Returns the associate with this id; `undefined` if there is none. */
  associate(id: number): Promise<Associate | undefined> {
    const found = this.#associates.get(id) ?? getAssociate(this.#deps.database.sql, id);
    this.#associates.set(id, found);
    return found;
  }
}

/**
 * Performs all checks of a start that don't need the transaction.
 *
 * @param lookup shared by the starts of one call
 * @returns the task to insert
 * @throws RequestError like `startTask`
 */
export async function prepareStart(
  deps: TaskDeps,
  caller: Caller,
  request: StartRequest,
  lookup = new StartLookup(deps),
): Promise<NewTask> {
  if (!caller.scopes.includes('write'))
    throw forbidden`You may not start batch tasks: this sign-in is read-only.`;
  const definition = await lookup.definition(request.name);
  await definition.readParameters(request.parameterObject);
  checkTexts(deps, request);
  const tenant = tenantOf(deps, caller, request.databaseSerialNumber);
  checkText('DatabaseSerialNumber', tenant, deps.textLimits.databaseSerialNumber);
  const ownerId = await ownerOf(deps, caller, request, lookup);
  return {
    tenant,
    name: definition.name,
    ownerId,
    isInternal: request.isInternalTask,
    detailsTable: request.detailsTable,
    detailsRecord: request.detailsRecord,
    content: request.parameterObject === null ? null : JSON.stringify(request.parameterObject),
    context: request.context,
    description: request.description,
    response: request.response,
    request: request.request,
    fileName: request.fileName,
    cancellation: definition.cancellation,
    runAs: runAsOf(caller, ownerId),
  };
}

/** Returns the idempotency key with the fingerprint of the call, which detects a different call with the same key. */
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

/**
 * Returns the answer of the first call with the idempotency key.
 *
 * @throws RequestError (gone) if its tasks are deleted, (conflict) if it was a different call
 */
function answerAgain(earlier: EarlierUse, fingerprint: string): number | readonly number[] {
  if (earlier.fingerprint === fingerprint) {
    if (!earlier.isGone) return earlier.answer;
    if (typeof earlier.answer !== 'number')
      throw gone`The batch tasks that the Idempotency-Key started have all been deleted; use a new key.`.withCode(
        'idempotency_key_gone',
      );
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

function tenantOf(deps: TaskDeps, caller: Caller, wanted: string): string {
  if (caller.tenant === null) {
    const tenant = wanted === '' ? deps.serialNumber : wanted;
    deps.cells?.checkHere(tenant);
    return tenant;
  }
  if (wanted !== '' && wanted !== caller.tenant) {
    throw forbidden`You may not start batch tasks for DatabaseSerialNumber "${wanted}"; yours is "${caller.tenant}".`;
  }
  return caller.tenant;
}

/**
 * Returns the owner of a new task: the caller, or the associate or system that an administrator specifies.
 *
 * @throws RequestError (forbidden) if the caller requests a system task and is not an administrator; (invalid) if there is
 *   no such associate. A tenant's administrator can't distinguish associates of other tenants from missing ones
 */
export async function ownerOf(
  deps: TaskDeps,
  caller: Caller,
  {
    associateId = 0,
    isSystemTask = false,
  }: { readonly associateId?: number | undefined; readonly isSystemTask?: boolean | undefined },
  lookup = new StartLookup(deps),
): Promise<number> {
  if (!isAdministrator(caller)) {
    if (isSystemTask) throw forbidden`You may not start system tasks: IsSystemTask is for administrators.`;
    return caller.associateId;
  }
  if (isSystemTask) return 0;
  if (associateId === 0 || associateId === caller.associateId) return caller.associateId;
  if (!mayStartFor(caller, await lookup.associate(associateId)))
    throw invalid`AssociateId is ${associateId}, but there is no such associate.`;
  return associateId;
}

/** Returns whether an administrator may start tasks for an associate; a tenant's administrator only for that tenant's. */
function mayStartFor(caller: Caller, associate: Associate | undefined): boolean {
  return associate !== undefined && (caller.tenant === null || associate.tenant === caller.tenant);
}

/**
 * Starts a copy of a task that the caller may see, with the rights of the caller. Does not copy the output of runs. An
 * administrator's copy keeps the owner, if the administrator may start tasks for that associate; otherwise, the caller
 * owns the copy.
 *
 * @param parameters replaces ParameterObject; `undefined` keeps it
 * @returns the new id; 0 for an internal task
 * @throws RequestError if there is no such task; otherwise like `startTask`
 */
export async function copyTask(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  parameters: Parameters | null | undefined,
  options: StartOptions,
): Promise<number> {
  const task = await readTask(deps, caller, id);
  // With a ParameterObject, the details link to it (contract, section 1), and the copy gets a new one.
  const linked = task.parameters !== null;
  const request = {
    name: task.name,
    associateId: await ownerOfCopy(deps, caller, task.ownerId),
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
    deps,
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
