import type { Kysely } from 'kysely';
import { ACCESS, type Caller } from '../core/access.ts';
import { type AuditedAction, actorOf, changesBetween, type PropertyChange } from '../core/administration.ts';
import { notFound } from '../core/errors.ts';
import type { DefinitionLimits } from '../core/limits.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import {
  type ChangedBy,
  type DefinitionAuditEntry,
  type DefinitionControl,
  insertDefinitionAudit,
  readControls,
  readDefinitionAudit,
  readLimitChanges,
  setLimits,
  setPaused,
} from '../db/queries/definition.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import type { KnownDefinition } from '../queue/definitions.ts';
import { requireAccess, type TaskDeps } from './access.ts';

/**
 * Returns a definition by its name, which is case-insensitive.
 *
 * @throws RequestError (notFound) if there is no such definition
 */
export async function findDefinition({ definitions }: TaskDeps, name: string): Promise<KnownDefinition> {
  const found = await definitions.find(name);
  if (found === undefined)
    throw notFound`There is no definition called "${name.slice(0, 100)}".`.withCode('definition_not_found');
  return found;
}

/** A definition with its pause and limits. */
export interface ControlledDefinition {
  readonly definition: KnownDefinition;
  /** `undefined` if it was never paused or limited. */
  readonly control: DefinitionControl | undefined;
  /** The last change of the limits; `undefined` if there was none. */
  readonly limited: ChangedBy | undefined;
}

/** Lists the definitions. */
export async function readDefinitions({ database, definitions }: TaskDeps): Promise<ControlledDefinition[]> {
  const controls = await readControls(database.sql);
  const limited = await readLimitChanges(database.sql);
  return (await definitions.all()).map((definition) => ({
    definition,
    control: controls.get(definition.name),
    limited: limited.get(definition.name),
  }));
}

/** Returns a definition. @throws RequestError (notFound) */
export async function readDefinition(deps: TaskDeps, name: string): Promise<ControlledDefinition> {
  const definition = await findDefinition(deps, name);
  const { name: known } = definition;
  const controls = await readControls(deps.database.sql, known);
  const limited = await readLimitChanges(deps.database.sql, known);
  return { definition, control: controls.get(known), limited: limited.get(known) };
}

/** Returns who paused, resumed or limited a definition. @throws RequestError (notFound) */
export async function readDefinitionHistory(deps: TaskDeps, name: string): Promise<DefinitionAuditEntry[]> {
  return readDefinitionAudit(deps.database.sql, (await findDefinition(deps, name)).name);
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
  // All tenants share the definitions.
  requireAccess(caller, ACCESS.administerServer);
  const { name: definition } = await findDefinition(deps, name);
  const actorId = caller.associateId;
  const action = paused ? 'Pause' : 'Resume';
  await inTransaction(deps.database, async (trx) => {
    const changed = await setPaused(trx, definition, actorId, paused);
    if (changed !== undefined) {
      await insertDefinitionAudit(trx, { name: definition, actorId, action, limits: null });
      await recordDefinition(trx, caller, action, definition, []);
    }
    afterCommit(trx).publish({ kind: 'due', names: [definition], everyone: true });
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
  // All tenants share the definitions.
  requireAccess(caller, ACCESS.administerServer);
  const { name: definition } = await findDefinition(deps, name);
  await inTransaction(deps.database, async (trx) => {
    const before = (await readControls(trx, definition)).get(definition);
    await setLimits(trx, definition, limits);
    const set = (each: DefinitionLimits | null) => ({ Limits: each });
    const changes = changesBetween(set(before?.limitsAreSet ? before.limits : null), set(limits));
    await recordDefinition(trx, caller, 'Limits', definition, changes);
    const change = { name: definition, actorId: caller.associateId, action: 'Limits' as const, limits };
    await insertDefinitionAudit(trx, change);
    afterCommit(trx).publish({ kind: 'due', names: [definition], everyone: true });
  });
  return definition;
}

/** Records an administrative action on a definition. Call it in the transaction of the action. */
export async function recordDefinition(
  trx: Kysely<Schema>,
  caller: Caller,
  action: AuditedAction,
  objectName: string,
  changes: readonly PropertyChange[],
): Promise<void> {
  const change = { kind: 'Definition', action, objectId: null, objectName, tenant: null, changes } as const;
  await insertAdministrationAudit(trx, actorOf(caller), change);
}
