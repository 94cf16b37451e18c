import type { Kysely } from 'kysely';
import { type Caller, isAdministrator, type Role, type Scope } from '../core/access.ts';
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

/** Returns the rights of a webhook or subscription that the caller creates: those of their credentials. */
export function rightsOf({ associateId, tenant, scopes, narrowed, roles }: Caller): StoredRights {
  return { ownerId: associateId, tenant, scopes, roles: narrowed ? roles : null };
}

/** True for the caller's own webhooks and subscriptions, and for administrators within their tenant. */
export function mayManage(
  caller: Caller,
  { ownerId, tenant }: Pick<StoredRights, 'ownerId' | 'tenant'>,
): boolean {
  if (caller.tenant !== null && tenant !== caller.tenant) return false;
  return ownerId === caller.associateId || isAdministrator(caller);
}

type ChangedRights = Omit<StoredRights, 'ownerId'>;

/** The rights after a change by the owner: at most those of the owner's credentials. */
export function rightsAfterChange(stored: StoredRights, caller: Caller): ChangedRights {
  const { ownerId, scopes, roles, tenant } = stored;
  if (ownerId !== caller.associateId) return { scopes, roles, tenant };
  return {
    scopes: scopes.filter((scope) => caller.scopes.includes(scope)),
    roles: caller.narrowed ? caller.roles.filter((role) => roles?.includes(role) ?? true) : roles,
    tenant: tenant ?? caller.tenant,
  };
}

/** True if the rights are fewer than before. */
export function isNarrower(rights: ChangedRights, before: ChangedRights): boolean {
  return (
    rights.scopes.length < before.scopes.length ||
    rights.roles?.length !== before.roles?.length ||
    rights.tenant !== before.tenant
  );
}
