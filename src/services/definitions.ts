import { ACCESS, refusalOf } from '../core/access.ts';
import type { Caller } from '../core/caller.ts';
import type { DefinitionLimits } from '../core/concurrency-limits.ts';
import { notFound, type RequestError } from '../core/errors.ts';
import { insertDefinitionAudit, setLimits, setPaused } from '../db/queries/definition.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './context.ts';

/** The refusal of a call that names a definition that does not exist. */
export function noSuchDefinition(name: string): RequestError {
  return notFound`There is no definition called "${name.slice(0, 100)}".`.withCode('definition_not_found');
}

/**
 * The name of a definition as it is written.
 *
 * @throws RequestError (missing) where there is none
 */
export async function definitionNamed({ definitions }: TaskDeps, name: string): Promise<string> {
  const found = await definitions.find(name);
  if (found === undefined) throw noSuchDefinition(name);
  return found.name;
}

/** @throws RequestError (forbidden) if the caller may not change definitions, which all tenants share */
function checkDefinitionAdministrator(caller: Caller): void {
  const refusal = refusalOf(caller, ACCESS.administerServer);
  if (refusal !== undefined) throw refusal;
}

/**
 * Pauses or resumes a definition, on every server. While it is paused, starts are accepted and wait; what runs goes
 * on.
 *
 * @returns the definition's name as it is written
 * @throws RequestError where there is no such definition or the caller may not
 */
export async function pauseDefinition(
  parts: TaskDeps,
  caller: Caller,
  name: string,
  paused: boolean,
): Promise<string> {
  checkDefinitionAdministrator(caller);
  const definition = await definitionNamed(parts, name);
  const actorId = caller.associateId;
  const action = paused ? 'Pause' : 'Resume';
  await inTransaction(parts.database, async (trx) => {
    const changed = await setPaused(trx, definition, actorId, paused);
    if (changed !== undefined)
      await insertDefinitionAudit(trx, { name: definition, actorId, action, limits: null });
    afterCommit(trx).publish({ kind: 'due', names: [definition] });
  });
  return definition;
}

/**
 * Sets the limits of a definition, on every server; `null` makes its own count again. What runs already goes on.
 *
 * @returns the definition's name as it is written
 * @throws RequestError where there is no such definition or the caller may not
 */
export async function limitDefinition(
  parts: TaskDeps,
  caller: Caller,
  name: string,
  limits: DefinitionLimits | null,
): Promise<string> {
  checkDefinitionAdministrator(caller);
  const definition = await definitionNamed(parts, name);
  await inTransaction(parts.database, async (trx) => {
    await setLimits(trx, definition, limits);
    const change = { name: definition, actorId: caller.associateId, action: 'Limits' as const, limits };
    await insertDefinitionAudit(trx, change);
    afterCommit(trx).publish({ kind: 'due', names: [definition] });
  });
  return definition;
}
