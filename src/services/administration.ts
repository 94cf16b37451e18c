import type { Kysely } from 'kysely';
import { ACCESS, type Caller } from '../core/access.ts';
import {
  type AdministrationFilter,
  type AdministrationRecord,
  listAdministrationAudit,
} from '../db/queries/administration-audit.ts';
import type { Schema } from '../db/schema.ts';
import { requireAccess } from './access.ts';

/** The dependencies of the audit of administration. */
export interface AdministrationDeps {
  readonly db: Kysely<Schema>;
}

/** Maximum number of records in one list. */
export const MAX_AUDIT_RECORDS = 1000;

/**
 * Lists the administrative actions that the caller may see, latest first: those of the tenant, or all.
 *
 * @throws RequestError (forbidden) unless the caller is an administrator
 */
export async function readAdministrationAudit(
  { db }: AdministrationDeps,
  caller: Caller,
  filter: AdministrationFilter,
  limit: number,
): Promise<AdministrationRecord[]> {
  requireAccess(caller, ACCESS.readAsAdministrator);
  return listAdministrationAudit(db, caller.tenant, filter, Math.min(limit, MAX_AUDIT_RECORDS));
}
