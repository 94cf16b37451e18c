/** What a user of the server may be beyond an ordinary associate. */
export const ROLES = ['administrator', 'viewer'] as const;
/** `administrator` may do everything; `viewer` may see every task. */
export type Role = (typeof ROLES)[number];

/** What a token may be used for. A token never allows more than its user may. */
export const SCOPES = ['read', 'write', 'admin', 'worker'] as const;
/**
 * `read` reads; `write` also starts, updates, stops and deletes; `admin` also uses the rights of an administrator;
 * `worker` runs tasks of the definitions that the token names, whoever owns them.
 */
export type Scope = (typeof SCOPES)[number];

/** Who is asking, after sign-in. */
export interface Caller {
  /** The associate's id, never 0. */
  readonly associateId: number;
  readonly login: string;
  readonly roles: readonly Role[];
  /** The one tenant that the caller is bound to, or `null` for a caller who may act on any. */
  readonly tenant: string | null;
  /** What this sign-in may be used for. */
  readonly scopes: readonly Scope[];
  /** The definitions, in lower case, that the scope `worker` is for; absent where the sign-in names none. */
  readonly definitions?: readonly string[];
  /** The API token of this sign-in: the parent of the tokens that it creates. */
  readonly token?: { readonly id: number; readonly expires: Date | null };
  /**
   * Set if roles and tenant come from a JWT's claims, or from a token that such a sign-in has made: the associate itself
   * may have more.
   */
  readonly narrowed?: true;
}

/** Whether the caller may use the rights of an administrator in this sign-in. */
export function isAdministrator(caller: Caller): boolean {
  return caller.roles.includes('administrator') && caller.scopes.includes('admin');
}

/** Whether the caller may run tasks of this definition (contract, section 7: a worker's token). */
export function worksOn(caller: Caller, definition: string): boolean {
  if (!caller.scopes.includes('worker')) return false;
  return caller.definitions?.includes(definition.toLowerCase()) ?? isAdministrator(caller);
}

/** Whether the sign-in is a worker's and nothing else: none of its associate's own rights go with it. */
export function isWorkerOnly(caller: Caller): boolean {
  return caller.scopes.length === 1 && caller.scopes[0] === 'worker';
}

/** Whether the caller may see every task of the tenant. */
export function seesAll(caller: Caller): boolean {
  return isAdministrator(caller) || caller.roles.includes('viewer');
}

/**
 * Returns whether the sign-in has all rights of its associate. A narrower one must not change the associate's account:
 * a new password would give it the remaining rights.
 */
export function isFullSignIn(caller: Caller): boolean {
  return (
    !caller.narrowed && caller.token === undefined && SCOPES.every((scope) => caller.scopes.includes(scope))
  );
}

/** What the lease owners of workers outside the server begin with; those of the server's own processes never do. */
export const WORKER_OWNER_PREFIX = 'worker:';

/** Who holds the leases of a caller's workers, or of one of them: the associate counts, the name is for people. */
export function workerOwner(caller: Caller, workerName = ''): string {
  return `${WORKER_OWNER_PREFIX}${caller.associateId}:${workerName}`;
}
