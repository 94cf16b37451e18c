import { randomUUID } from 'node:crypto';
import type { Parameters } from '../domain/batch-task.ts';
import { type Caller, isAdministrator } from '../domain/caller.ts';
import { forbidden, invalid } from '../domain/errors.ts';
import { checkText } from '../domain/limits.ts';
import { message } from '../domain/message.ts';
import { getAssociate } from '../store/associates/associates.ts';
import { insertAudit } from '../store/tasks/audit.ts';
import { insertTask } from '../store/tasks/insert-task.ts';
import type { TaskParts } from './task-parts.ts';

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
 * Starts a task: inserts the row and sends the engine's job in one transaction. It is durable when this
 * resolves.
 *
 * @returns the new id; 0 for an internal task, of which no row will remain (contract, section 3)
 * @throws Refusal where the definition is unknown, the parameters miss its schema, a text is too long, or the caller may not
 */
export async function startTask(parts: TaskParts, caller: Caller, request: StartRequest): Promise<number> {
  if (!caller.scopes.includes('write'))
    throw forbidden`You may not start batch tasks: this sign-in may only read.`;
  const definition = await parts.definitions.get(request.name);
  definition.readParameters(request.parameterObject);
  checkTexts(parts, request);
  const tenant = tenantOf(parts, caller, request.databaseSerialNumber);
  checkText('DatabaseSerialNumber', tenant, parts.textLimits.databaseSerialNumber);
  const ownerId = await ownerOf(parts, caller, request);
  const jobId = randomUUID();
  const { name } = definition;
  const id = await parts.database.sql.transaction().execute(async (trx) => {
    const taskId = await insertTask(
      trx,
      {
        tenant,
        name,
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
      },
      caller.associateId,
      jobId,
    );
    const started = { taskId, tenant, actorId: caller.associateId, nodeId: null, attempt: 0 };
    await insertAudit(trx, [{ ...started, from: null, to: 'New', reason: message`Started by a caller.` }]);
    await parts.queue.send(trx, [{ name, jobId, taskId, delaySeconds: 0 }]);
    return taskId;
  });
  parts.database.signals.publish({ kind: 'due', names: [name] });
  return request.isInternalTask ? 0 : id;
}

function checkTexts({ textLimits }: TaskParts, request: StartRequest): void {
  checkText('Description', request.description, textLimits.description);
  checkText('Response', request.response, textLimits.response);
  checkText('Request', request.request, textLimits.request);
  checkText('FileName', request.fileName, textLimits.fileName);
  checkText('Context', request.context, Number.POSITIVE_INFINITY);
}

function tenantOf(parts: TaskParts, caller: Caller, wanted: string): string {
  if (caller.tenant === null) return wanted === '' ? parts.serialNumber : wanted;
  if (wanted !== '' && wanted !== caller.tenant) {
    throw forbidden`You may not start batch tasks for DatabaseSerialNumber "${wanted}"; "${caller.tenant}" is yours.`;
  }
  return caller.tenant;
}

async function ownerOf(parts: TaskParts, caller: Caller, request: StartRequest): Promise<number> {
  if (!isAdministrator(caller)) {
    if (request.isSystemTask)
      throw forbidden`You may not start system tasks: IsSystemTask is for administrators.`;
    return caller.associateId;
  }
  if (request.isSystemTask) return 0;
  const { associateId } = request;
  if (associateId === 0 || associateId === caller.associateId) return caller.associateId;
  if ((await getAssociate(parts.database.sql, associateId)) === undefined) {
    throw invalid`AssociateId is ${associateId}, but there is no such associate.`;
  }
  return associateId;
}
