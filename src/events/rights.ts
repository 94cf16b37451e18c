import type { Kysely } from 'kysely';
import type { Caller, Role, Scope } from '../core/access.ts';
import { getAssociate } from '../db/queries/account.ts';
import type { Schema } from '../db/schema.ts';

/** The rights that a webhook or subscription was created with. */
export interface StoredRights {
  readonly ownerId: number;
  readonly tenant: string | null;
  readonly scopes: readonly Scope[];
  /** Maximum roles; null for those of the owner. */
  readonly roles: readonly Role[] | null;
}

/**
 * Returns the caller that a webhook or subscription acts as: its owner, with at most the stored rights; `undefined` if the
 * owner can no longer sign in or was moved to another tenant.
 */
export async function actingCaller(
  db: Kysely<Schema>,
  { ownerId, tenant, scopes, roles }: StoredRights,
): Promise<Caller | undefined> {
  const owner = await getAssociate(db, ownerId);
  if (owner === undefined || owner.disabled) return undefined;
  if (owner.tenant !== null && tenant !== null && owner.tenant !== tenant) return undefined;
  return {
    associateId: owner.id,
    login: owner.login,
    roles: owner.roles.filter((role) => roles?.includes(role) ?? true),
    tenant: owner.tenant ?? tenant,
    scopes,
  };
}
