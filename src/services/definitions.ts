import { ACCESS, refusalOf } from '../core/access.ts';
import type { Caller } from '../core/caller.ts';
import type { DefinitionLimits } from '../core/concurrency-limits.ts';
import { notFound, type RequestError } from '../core/errors.ts';
import { insertDefinitionAudit, setLimits, setPaused } from '../db/queries/definition.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './context.ts';

/** The error for an unknown definition. */
export function noSuchDefinition(name: string): RequestError {
  return notFound`There is no definition called "${name.slice(0, 100)}".`.withCode('definition_not_found');
}

/**
 * Returns the name of a definition as declared; names are matched case-insensitively.
 *
 * @throws RequestError (notFound) if there is no such definition
 */
export async function definitionNamed({ definitions }: TaskDeps, name: string): Promise<string> {
  const found = await definitions.find(name);
  if (found === undefined) throw noSuchDefinition(name);
  return found.name;
}

/** @throws RequestError (forbidden) unless the caller administers the server: all tenants share the definitions */
function checkDefinitionAdministrator(caller: Caller): void {
  const refusal = refusalOf(caller, ACCESS.administerServer);
  if (refusal !== undefined) throw refusal;
}

/**
 * Pauses or resumes a definition on all servers. While it is paused, new tasks are accepted and stay in the queue, and
 * running tasks continue.
 *
 * @returns the name of the definition as declared
 * @throws RequestError if there is no such definition or the caller may not change it
 */
export async function pauseDefinition(
  deps: TaskDeps,
  caller: Caller,
  name: string,
  paused: boolean,
): Promise<string> {
  checkDefinitionAdministrator(caller);
  const definition = await definitionNamed(deps, name);
  const actorId = caller.associateId;
  const action = paused ? 'Pause' : 'Resume';
  await inTransaction(deps.database, async (trx) => {
    const changed = await setPaused(trx, definition, actorId, paused);
    if (changed !== undefined)
      await insertDefinitionAudit(trx, { name: definition, actorId, action, limits: null });
    afterCommit(trx).publish({ kind: 'due', names: [definition] });
  });
  return definition;
}

/**
 * Sets the limits of a definition on all servers; `null` restores the declared limits. Running tasks continue.
 *
 * @returns the name of the definition as declared
 * @throws RequestError if there is no such definition or the caller may not change it
 */
export async function limitDefinition(
  deps: TaskDeps,
  caller: Caller,
  name: string,
  limits: DefinitionLimits | null,
): Promise<string> {
  checkDefinitionAdministrator(caller);
  const definition = await definitionNamed(deps, name);
  await inTransaction(deps.database, async (trx) => {
    await setLimits(trx, definition, limits);
    const change = { name: definition, actorId: caller.associateId, action: 'Limits' as const, limits };
    await insertDefinitionAudit(trx, change);
    afterCommit(trx).publish({ kind: 'due', names: [definition] });
  });
  return definition;
}
