import { forbidden, type RequestError } from './errors.ts';

/**
 * The access that a call requires of the sign-in. Rights on single tasks and schedules are checked afterwards (contract,
 * section 7). Each route declares one of `ACCESS`; docs/reference/access.md lists them.
 */
export interface Access {
  /** Whether the call requires a sign-in. */
  readonly signIn: boolean;
  /** Required scopes. `write` and `admin` include `read`. */
  readonly scopes: readonly Scope[];
  /** Whether the scope `worker` is accepted instead. */
  readonly workers: boolean;
  /** `viewer` accepts administrators too. */
  readonly role: 'any' | 'viewer' | 'administrator';
  /**
   * `none`: the call concerns no tenant's data. `tenant`: a sign-in bound to a tenant only reaches that tenant's data.
   * `server`: rejected for a sign-in bound to a tenant.
   */
  readonly tenancy: 'none' | 'tenant' | 'server';
}

const anySignIn = { signIn: true, scopes: [], workers: true, role: 'any', tenancy: 'tenant' } as const;
const read = { ...anySignIn, scopes: ['read'], workers: false } as const;
const write = { ...read, scopes: ['write'] } as const;

/** The accesses that routes declare, by name. */
export const ACCESS = {
  /** No sign-in. */
  open: { signIn: false, scopes: [], workers: true, role: 'any', tenancy: 'none' },
  /** Any sign-in, regardless of its scopes. */
  anySignIn,
  /** Reads tasks that the caller has rights on. */
  read,
  /** The same, also for workers. */
  readOrWork: { ...read, workers: true },
  /** Reads data of no tenant. */
  readCommon: { ...read, workers: true, tenancy: 'none' },
  /** Changes tasks that the caller has rights on. */
  write,
  /** The same, also for workers. */
  writeOrWork: { ...write, workers: true },
  /** Runs tasks as an external worker. */
  work: { ...anySignIn, scopes: ['worker'] },
  /** Reads data of all tasks of the tenant. */
  readAll: { ...read, role: 'viewer' },
  /** Reads data of all tasks of the server. */
  readServer: { ...read, role: 'viewer', tenancy: 'server' },
  /** Changes the caller's own account. */
  changeAccount: { ...write, scopes: ['write', 'admin'] },
  /** Reads administrative data of the tenant. */
  readAsAdministrator: { ...read, scopes: ['read', 'admin'], role: 'administrator' },
  /** Changes administrative data of the tenant. */
  administer: { ...write, scopes: ['write', 'admin'], role: 'administrator' },
  /** Reads administrative data of the whole server. */
  readAsServerAdministrator: {
    ...read,
    scopes: ['read', 'admin'],
    role: 'administrator',
    tenancy: 'server',
  },
  /** Changes administrative data of the whole server. */
  administerServer: { ...write, scopes: ['write', 'admin'], role: 'administrator', tenancy: 'server' },
} as const satisfies Readonly<Record<string, Access>>;

/** Returns whether the sign-in has the scope; `write` and `admin` include `read`. */
function hasScope({ scopes }: Caller, scope: Scope): boolean {
  return (
    scopes.includes(scope) || (scope === 'read' && (scopes.includes('write') || scopes.includes('admin')))
  );
}

/** Returns the error for a sign-in without this access; `undefined` if it has the access. */
export function refusalOf(caller: Caller, access: Access): RequestError | undefined {
  if (isWorkerOnly(caller)) {
    return access.workers
      ? undefined
      : forbidden`A worker's token can't make this call; it is for /api/v1/Workers.`;
  }
  if (access.workers && caller.scopes.includes('worker')) return undefined;
  const lacking = access.scopes.filter((scope) => !hasScope(caller, scope));
  if (lacking.length > 0) {
    if (access.role === 'administrator' && !caller.roles.includes('administrator'))
      return forbidden`This call is for administrators.`;
    return forbidden`This call needs the scope ${lacking.join(', ')}, which this sign-in doesn't have.`;
  }
  if (access.role === 'administrator' && !isAdministrator(caller))
    return forbidden`This call is for administrators.`;
  if (access.role === 'viewer' && !seesAll(caller))
    return forbidden`This call is for callers who can see all tasks.`;
  if (access.tenancy === 'server' && caller.tenant !== null)
    return forbidden`This call is for sign-ins that are not bound to a tenant.`;
  return undefined;
}

/** Roles that extend the rights of an associate. */
export const ROLES = ['administrator', 'viewer'] as const;
/** `administrator` may do everything; `viewer` may read all tasks. */
export type Role = (typeof ROLES)[number];

/** Scopes of sign-ins and tokens. A token never has more rights than its user. */
export const SCOPES = ['read', 'write', 'admin', 'worker'] as const;
/**
 * `read` reads; `write` also starts, updates, stops and deletes; `admin` also has the rights of an administrator;
 * `worker` runs tasks of the token's definitions, regardless of their owner.
 */
export type Scope = (typeof SCOPES)[number];

/** An authenticated caller and the rights of its sign-in. */
export interface Caller {
  /** The associate's id, never 0. */
  readonly associateId: number;
  readonly login: string;
  readonly roles: readonly Role[];
  /** The tenant that the caller is bound to; `null` if the caller may act on any tenant. */
  readonly tenant: string | null;
  /** The scopes of this sign-in. */
  readonly scopes: readonly Scope[];
  /** The definitions of the scope `worker`, in lower case; absent if the sign-in lists none. */
  readonly definitions?: readonly string[];
  /** The API token of this sign-in: the parent of the tokens that it creates. */
  readonly token?: { readonly id: number; readonly expires: Date | null };
  /**
   * Set if roles and tenant come from the claims of a JWT, or from a token created by such a sign-in. The associate itself
   * may have more rights.
   */
  readonly narrowed?: true;
}

/** True if this sign-in has the rights of an administrator. */
export function isAdministrator(caller: Caller): boolean {
  return caller.roles.includes('administrator') && caller.scopes.includes('admin');
}

/** True if the caller may run tasks of this definition as a worker (contract, section 7). */
export function worksOn(caller: Caller, definition: string): boolean {
  if (!caller.scopes.includes('worker')) return false;
  return caller.definitions?.includes(definition.toLowerCase()) ?? isAdministrator(caller);
}

/** True if the sign-in only has the scope `worker`: it has no rights of its associate. */
export function isWorkerOnly(caller: Caller): boolean {
  return caller.scopes.length === 1 && caller.scopes[0] === 'worker';
}

/** True if the caller may read all tasks of the tenant. */
export function seesAll(caller: Caller): boolean {
  return isAdministrator(caller) || caller.roles.includes('viewer');
}

/**
 * True if the sign-in has all rights of its associate. A narrower one must not change the account, because a new password
 * would give it the remaining rights.
 */
export function isFullSignIn(caller: Caller): boolean {
  return (
    !caller.narrowed && caller.token === undefined && SCOPES.every((scope) => caller.scopes.includes(scope))
  );
}

/** The rights that claims of an OIDC issuer give to a sign-in. */
export interface SessionRights {
  /** The roles in place of those of the associate; null for those. */
  readonly roles: readonly Role[] | null;
  /** The tenant that the sign-in is bound to; null for that of the associate. */
  readonly tenant: string | null;
  readonly scopes: readonly Scope[];
}

/** Prefix of the lease owners of external workers. Lease owners of the server's own processes never have it. */
export const WORKER_OWNER_PREFIX = 'worker:';

/** Returns the lease owner of a caller's worker. Only the associate id identifies it; the name is for display. */
export function workerOwner(caller: Caller, workerName = ''): string {
  return `${WORKER_OWNER_PREFIX}${caller.associateId}:${workerName}`;
}

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
