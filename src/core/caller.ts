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

/** Prefix of the lease owners of external workers. Lease owners of the server's own processes never have it. */
export const WORKER_OWNER_PREFIX = 'worker:';

/** Returns the lease owner of a caller's worker. Only the associate id identifies it; the name is for display. */
export function workerOwner(caller: Caller, workerName = ''): string {
  return `${WORKER_OWNER_PREFIX}${caller.associateId}:${workerName}`;
}
