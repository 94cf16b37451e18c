import { ACCESS, type Caller } from '../core/access.ts';
import { changesBetween, type Properties } from '../core/administration.ts';
import { formatRetention, mergeRules, type RetentionRules } from '../core/retention.ts';
import { deleteRules, findOwnRules, findRules, writeRules } from '../db/queries/retention.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import type { KnownDefinition } from '../queue/definitions.ts';
import { requireAccess, type TaskDeps } from './access.ts';
import { findDefinition, recordDefinition } from './definitions.ts';

/** The dependencies of the retention service. */
export interface RetentionDeps {
  readonly tasks: TaskDeps;
  /** The rules of the settings, for definitions that have none. */
  readonly settings: RetentionRules;
}

/**
 * Returns how long tasks of a definition are kept after their end: by the rules of administrators, then those of the
 * definition, then those of the settings.
 *
 * @throws RequestError (notFound)
 */
export async function readRetention(deps: RetentionDeps, name: string): Promise<RetentionRules> {
  return effectiveRules(deps, await findDefinition(deps.tasks, name));
}

/**
 * Sets how long tasks of a definition are kept.
 *
 * @returns the rules that apply now
 * @throws RequestError (notFound), (forbidden)
 */
export async function setRetention(
  deps: RetentionDeps,
  caller: Caller,
  name: string,
  rules: RetentionRules,
): Promise<RetentionRules> {
  requireAccess(caller, ACCESS.administerServer);
  const definition = await findDefinition(deps.tasks, name);
  await inQuietTransaction(deps.tasks.database.sql, async (trx) => {
    const before = await findRules(trx, definition.name);
    await writeRules(trx, definition.name, rules, caller.associateId);
    await recordDefinition(
      trx,
      caller,
      'Retention',
      definition.name,
      changesBetween(named(before), named(rules)),
    );
  });
  return effectiveRules(deps, definition);
}

/** Resets the retention to that of the definition and the settings. @throws RequestError (notFound), (forbidden) */
export async function resetRetention({ tasks }: RetentionDeps, caller: Caller, name: string): Promise<void> {
  requireAccess(caller, ACCESS.administerServer);
  const definition = await findDefinition(tasks, name);
  await inQuietTransaction(tasks.database.sql, async (trx) => {
    const before = await findRules(trx, definition.name);
    const isDeleted = await deleteRules(trx, definition.name);
    if (isDeleted)
      await recordDefinition(trx, caller, 'Retention', definition.name, changesBetween(named(before), {}));
  });
}

/** The rules by state, as they are on the wire. */
function named(rules: RetentionRules | undefined): Properties {
  return Object.fromEntries(
    Object.entries(rules ?? {}).map(([state, retention]) => [state, formatRetention(retention)]),
  );
}

async function effectiveRules(
  { tasks, settings }: RetentionDeps,
  { name, retention, runsIn }: KnownDefinition,
): Promise<RetentionRules> {
  const { sql } = tasks.database;
  const own = runsIn === 'worker' ? await findOwnRules(sql, name) : retention;
  return mergeRules(await findRules(sql, name), own, settings);
}
