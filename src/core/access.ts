import { type Caller, isAdministrator, isWorkerOnly, type Scope, seesAll } from './caller.ts';
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
