import { type Kysely, sql } from 'kysely';
import type {
  Actor,
  AdministrationChange,
  AuditedAction,
  AuditedKind,
  PropertyChange,
} from '../../core/administration.ts';
import type { Schema } from '../schema.ts';

/** A record of an administrative action. */
export interface AdministrationRecord extends AdministrationChange {
  readonly id: number;
  readonly at: Date;
  readonly actor: Actor;
}

/** A filter of records. Absent properties select all. */
export interface AdministrationFilter {
  readonly kind?: AuditedKind | undefined;
  readonly objectId?: number | undefined;
  readonly objectName?: string | undefined;
  readonly actorId?: number | undefined;
  /** Only records before this one. */
  readonly beforeId?: number | undefined;
}

/** Records an administrative action. Call it in the transaction of the action. Records are never changed. */
export async function insertAdministrationAudit(
  db: Kysely<Schema>,
  actor: Actor,
  { kind, action, objectId, objectName, tenant, changes }: AdministrationChange,
): Promise<void> {
  await db
    .insertInto('batchline.administration_audit')
    .values({
      associate_id: actor.associateId,
      login: actor.login,
      means: actor.means,
      tenant,
      action,
      kind,
      object_id: objectId === null ? null : String(objectId),
      object_name: objectName,
      changes: JSON.stringify(changes),
    })
    .execute();
}

/** Lists records, latest first. @param tenant `null` for all */
export async function listAdministrationAudit(
  db: Kysely<Schema>,
  tenant: string | null,
  filter: AdministrationFilter,
  limit: number,
): Promise<AdministrationRecord[]> {
  const { kind, objectId, objectName, actorId, beforeId } = filter;
  let query = db.selectFrom('batchline.administration_audit').selectAll().orderBy('id', 'desc').limit(limit);
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (objectId !== undefined) query = query.where('object_id', '=', String(objectId));
  if (objectName !== undefined) query = query.where('object_name', '=', objectName);
  if (actorId !== undefined) query = query.where('associate_id', '=', actorId);
  if (beforeId !== undefined) query = query.where('id', '<', String(beforeId));
  return (await query.execute()).map((row) => ({
    id: Number(row.id),
    at: row.at,
    actor: { associateId: row.associate_id, login: row.login, means: row.means as Actor['means'] },
    kind: row.kind as AuditedKind,
    action: row.action as AuditedAction,
    objectId: row.object_id === null ? null : Number(row.object_id),
    objectName: row.object_name,
    tenant: row.tenant,
    changes: row.changes as readonly PropertyChange[],
  }));
}

/**
 * Deletes records from before a time, of the `limit` oldest ones. Ids and times have the same order, except in overlapping
 * transactions, so that newer records are not read.
 */
export async function deleteOldAdministrationAudit(
  db: Kysely<Schema>,
  before: Date,
  limit: number,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from batchline.administration_audit where id in (
      select id from (
        select id, at from batchline.administration_audit order by id limit ${limit}
      ) as oldest where at < ${before}
    )`.execute(db);
  return Number(numAffectedRows);
}
