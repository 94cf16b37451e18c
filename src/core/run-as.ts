import { type Caller, ROLES, type Role, SCOPES, type Scope } from './caller.ts';

/**
 * The rights of a sign-in, stored with the tasks and schedules that it creates. A run has these rights, and never more than
 * the owner of its task.
 */
export interface RunAs {
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
  /** The tenant that the sign-in was bound to; null if it was not bound. */
  readonly tenant: string | null;
  /** Set if the roles come from a JWT's claims; they are then independent of the associate's own roles. */
  readonly rolesAreClaimed?: true;
}

/** The owner of a task, whose rights limit those of its runs. */
export interface RunOwner {
  readonly login: string;
  readonly roles: readonly Role[];
  readonly tenant: string | null;
  readonly disabled: boolean;
}

/** The rights of old tasks and schedules without stored rights: those of the owner. */
const ALL: RunAs = { roles: ROLES, scopes: SCOPES, tenant: null };

/**
 * Returns the rights that a task gets when the caller starts it.
 *
 * @param ownerId the task's owner; 0 for a system task
 */
export function runAsOf(caller: Caller, ownerId: number): RunAs {
  const { scopes, tenant } = caller;
  // An administrator who starts a task for another associate has every role, so the owner's own are the limit.
  if (ownerId !== caller.associateId && ownerId !== 0) return { roles: ROLES, scopes, tenant };
  return { roles: caller.roles, scopes, tenant, ...(caller.narrowed ? { rolesAreClaimed: true } : {}) };
}

/**
 * Returns the rights that remain after the caller restarts a task, or changes a schedule, of another sign-in. They never
 * grow.
 *
 * @param runAs the stored rights; null if none
 */
export function narrowRunAs(runAs: RunAs | null, caller: Caller, ownerId: number): RunAs {
  const { roles, scopes, tenant, ...rest } = runAs ?? ALL;
  return {
    ...rest,
    // Callers other than the owner are administrators here, who have every role.
    roles: ownerId === caller.associateId ? roles.filter((role) => caller.roles.includes(role)) : roles,
    scopes: scopes.filter((scope) => caller.scopes.includes(scope)),
    tenant: tenant ?? caller.tenant,
  };
}

/**
 * Returns the caller that a run acts as.
 *
 * @param runAs the rights stored at the start; null if none
 * @param owner the associate who owns the task; undefined for a system task, and if the associate was deleted
 */
export function callerOfRun(
  task: { readonly ownerId: number; readonly tenant: string },
  runAs: RunAs | null,
  owner: RunOwner | undefined,
): Caller {
  const { roles, scopes, rolesAreClaimed } = runAs ?? { ...ALL, roles: ['administrator'] as const };
  const common = { associateId: task.ownerId, login: owner?.login ?? '', tenant: task.tenant, scopes };
  if (task.ownerId === 0) return { ...common, roles };
  if (owner === undefined || owner.disabled) return { ...common, roles: [] };
  if (rolesAreClaimed) return { ...common, roles };
  const kept = runAs?.roles ?? ROLES;
  return { ...common, roles: owner.roles.filter((role) => kept.includes(role)) };
}
