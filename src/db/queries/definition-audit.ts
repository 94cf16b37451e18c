import type { Kysely } from 'kysely';
import type { DefinitionLimits } from '../../core/concurrency-limits.ts';
import type { Schema } from '../schema.ts';

/** What somebody has done to a definition. */
export interface DefinitionChange {
  readonly name: string;
  readonly actorId: number;
  readonly action: 'Pause' | 'Resume' | 'Limits';
  /** The limits that were set; null where the definition's own count again, or for another action. */
  readonly limits: DefinitionLimits | null;
}

/** Keeps who has changed a definition, in the transaction that does. */
export async function insertDefinitionAudit(db: Kysely<Schema>, change: DefinitionChange): Promise<void> {
  const { name, actorId, action, limits } = change;
  const json = limits && JSON.stringify(limits);
  await db
    .insertInto('batchline.definition_audit')
    .values({ name, actor_id: actorId, action, limits: json })
    .execute();
}

/** The changes of a definition, oldest first. */
export async function readDefinitionAudit(
  db: Kysely<Schema>,
  name: string,
): Promise<(Omit<DefinitionChange, 'action'> & { readonly at: Date; readonly action: string })[]> {
  const rows = await db
    .selectFrom('batchline.definition_audit')
    .selectAll()
    .where('name', '=', name)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    at: row.at,
    actorId: row.actor_id,
    action: row.action,
    limits: row.limits,
  }));
}
