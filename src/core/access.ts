import { type Caller, isAdministrator, isWorkerOnly, type Scope, seesAll } from './caller.ts';
import { forbidden, type RequestError } from './errors.ts';

/**
 * What a call needs of the sign-in, before the rights on the single task or schedule count (contract, section 7).
 * Each route declares one of `ACCESS`; docs/reference/access.md lists them.
 */
export interface Access {
  /** Whether the call needs a sign-in at all. */
  readonly signIn: boolean;
  /** The scopes that the sign-in needs, all of them. `write` and `admin` include `read`. */
  readonly scopes: readonly Scope[];
  /** Whether the scope `worker` is accepted instead. */
  readonly workers: boolean;
  /** `viewer` accepts administrators too. */
  readonly role: 'any' | 'viewer' | 'administrator';
  /**
   * `none`: nothing in it belongs to a tenant. `tenant`: a sign-in that is bound to a tenant reaches what belongs to
   * that tenant. `server`: refused for a sign-in that is bound to a tenant.
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
  /** Every sign-in, whatever its scopes. */
  anySignIn,
  /** Reads what the rights on tasks allow. */
  read,
  /** The same, also for workers. */
  readOrWork: { ...read, workers: true },
  /** Reads what belongs to no tenant. */
  readCommon: { ...read, workers: true, tenancy: 'none' },
  /** Changes what the rights on tasks allow. */
  write,
  /** The same, also for workers. */
  writeOrWork: { ...write, workers: true },
  /** Runs tasks as a worker outside the server. */
  work: { ...anySignIn, scopes: ['worker'] },
  /** Reads about every task of the tenant. */
  readAll: { ...read, role: 'viewer' },
  /** Reads about every task of the server. */
  readServer: { ...read, role: 'viewer', tenancy: 'server' },
  /** Changes the caller's own account. */
  changeAccount: { ...write, scopes: ['write', 'admin'] },
  /** Reads what administrators of the tenant manage. */
  readAsAdministrator: { ...read, scopes: ['read', 'admin'], role: 'administrator' },
  /** Changes what administrators of the tenant manage. */
  administer: { ...write, scopes: ['write', 'admin'], role: 'administrator' },
  /** Reads what administrators of the whole server manage. */
  readAsServerAdministrator: {
    ...read,
    scopes: ['read', 'admin'],
    role: 'administrator',
    tenancy: 'server',
  },
  /** Changes what administrators of the whole server manage. */
  administerServer: { ...write, scopes: ['write', 'admin'], role: 'administrator', tenancy: 'server' },
} as const satisfies Readonly<Record<string, Access>>;

/** Returns whether the sign-in has the scope; `write` and `admin` include `read`. */
function hasScope({ scopes }: Caller, scope: Scope): boolean {
  return (
    scopes.includes(scope) || (scope === 'read' && (scopes.includes('write') || scopes.includes('admin')))
  );
}

/** Returns why the sign-in may not make a call that needs this access; `undefined` if it may. */
export function refusalOf(caller: Caller, access: Access): RequestError | undefined {
  if (isWorkerOnly(caller)) {
    return access.workers ? undefined : forbidden`This call is not for a worker's token; /api/v1/Workers is.`;
  }
  if (access.workers && caller.scopes.includes('worker')) return undefined;
  const lacking = access.scopes.filter((scope) => !hasScope(caller, scope));
  if (lacking.length > 0) {
    if (access.role === 'administrator' && !caller.roles.includes('administrator'))
      return forbidden`This is for administrators.`;
    return forbidden`This call needs the scope ${lacking.join(', ')}, which this sign-in doesn't have.`;
  }
  if (access.role === 'administrator' && !isAdministrator(caller))
    return forbidden`This is for administrators.`;
  if (access.role === 'viewer' && !seesAll(caller))
    return forbidden`This is for those who may see every task.`;
  if (access.tenancy === 'server' && caller.tenant !== null)
    return forbidden`This call is only for sign-ins that are not bound to a tenant.`;
  return undefined;
}
