import type { Kysely } from 'kysely';
import { type Caller, isAdministrator, isFullSignIn, type Role, type Scope } from '../core/access.ts';
import { forbidden, notFound, type RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import {
  type Application,
  type Associate,
  deleteApplication,
  deleteSignInsOf,
  findAssociate,
  getAssociate,
  insertApplication,
  insertAssociate,
  listApplications,
  listAssociates,
  updateAssociate,
} from '../db/queries/account.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { checkPassword, generateSecret, hashPassword, hashToken } from './secrets.ts';

/** The dependencies of the account service. */
export interface AccountDeps {
  readonly db: Kysely<Schema>;
  /** Minimum length of a new password, in characters. */
  readonly minPasswordLength: number;
}

/** The requested properties of a new account. */
export interface WantedUser {
  readonly login: string;
  /** `undefined` means the login. */
  readonly name: string | undefined;
  readonly password: string;
  readonly roles: readonly Role[];
  /** `undefined` means the tenant of the caller. */
  readonly tenant: string | undefined;
}

/** A change of an account. Absent properties don't change. */
export interface UserChange {
  readonly password?: string;
  readonly roles?: readonly Role[];
  readonly disabled?: boolean;
}

/** Lists the accounts of the caller's tenant, or all. */
export function readUsers({ db }: AccountDeps, caller: Caller): Promise<Associate[]> {
  return listAssociates(db, caller.tenant);
}

/**
 * Creates an account.
 *
 * @throws RequestError (forbidden) if the caller is bound to another tenant; (conflict) if the login is taken; (invalid)
 */
export async function createUser(
  { db, minPasswordLength }: AccountDeps,
  caller: Caller,
  { login, name = login, password, roles, tenant }: WantedUser,
): Promise<Associate> {
  checkAdministrator(caller);
  checkText('Name', name, 200);
  checkPassword(password, minPasswordLength);
  checkText('DatabaseSerialNumber', tenant ?? '', 39);
  if (caller.tenant !== null && tenant !== undefined && tenant !== caller.tenant)
    throw forbidden`You may not create associates for DatabaseSerialNumber "${tenant}"; yours is "${caller.tenant}".`;
  const passwordHash = await hashPassword(password);
  return insertAssociate(db, { login, name, passwordHash, roles, tenant: tenant ?? caller.tenant });
}

/**
 * Changes an account. A new password and disabling the account revoke its tickets and sessions.
 *
 * @throws RequestError (forbidden) if the caller may not; (notFound) if the caller may not see the account; (invalid)
 */
export async function changeUser(
  { db, minPasswordLength }: AccountDeps,
  caller: Caller,
  id: number,
  change: UserChange,
): Promise<Associate> {
  checkChange(caller, id, change);
  if (!isWithin(caller, await getAssociate(db, id))) throw noSuchAssociate(id);
  const { password, roles, disabled } = change;
  if (password !== undefined) checkPassword(password, minPasswordLength);
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  const changed = await inQuietTransaction(db, (trx) =>
    writeChange(trx, id, { passwordHash, roles, disabled }),
  );
  if (changed === undefined) throw noSuchAssociate(id);
  return changed;
}

/**
 * Checks that the caller may change an account like this: administrators may, and everyone their own password. A narrower
 * sign-in may not change its own account, because a new password would give it the remaining rights.
 *
 * @throws RequestError (forbidden)
 */
export function checkChange(caller: Caller, id: number, change: UserChange): void {
  const isOwn = id === caller.associateId;
  const isOwnPassword = isOwn && Object.keys(change).join() === 'password';
  if (!isOwnPassword) checkAdministrator(caller);
  if (isOwn && !isFullSignIn(caller))
    throw forbidden`These credentials have fewer rights than their associate and can't change the account; sign in with the password.`;
}

function checkAdministrator(caller: Caller): void {
  if (!isAdministrator(caller)) throw forbidden`This call is for administrators.`;
}

/** True if the associate is the caller, or the caller's tenant includes the associate. */
function isWithin(caller: Caller, associate: Associate | undefined): boolean {
  if (associate === undefined) return false;
  return associate.id === caller.associateId || caller.tenant === null || associate.tenant === caller.tenant;
}

function noSuchAssociate(id: number): RequestError {
  return notFound`There is no associate ${id}.`;
}

/** The error for an unknown login. */
export function unknownLogin(login: string): RequestError {
  return notFound`There is no associate with the login "${login}".`;
}

/**
 * Replaces the password of an associate and revokes the tickets of the old one. Tokens remain valid. Checks no rights:
 * it is for operators, who have access to the database or its folder.
 *
 * @throws RequestError (notFound) if there is no associate with the login
 */
export function replacePassword(db: Kysely<Schema>, login: string, passwordHash: string): Promise<Associate> {
  return inQuietTransaction(db, async (trx) => {
    const associate = await findAssociate(trx, login);
    if (associate === undefined) throw unknownLogin(login);
    return (await writeChange(trx, associate.id, { passwordHash })) ?? associate;
  });
}

/** Writes a change, and revokes the tickets and sessions that the account had before a new password or its end. */
async function writeChange(
  trx: Kysely<Schema>,
  id: number,
  change: Parameters<typeof updateAssociate>[2],
): Promise<Associate | undefined> {
  const changed = await updateAssociate(trx, id, change);
  if (change.passwordHash !== undefined || change.disabled === true) await deleteSignInsOf(trx, id);
  return changed;
}

/** Registers an application. Returns it with its SO-AppToken, of which only the hash is stored. */
export async function createApplication(
  { db }: Pick<AccountDeps, 'db'>,
  { name, scopes }: { readonly name: string; readonly scopes: readonly Scope[] | null },
): Promise<{ readonly application: Application; readonly secret: string }> {
  checkText('Name', name, 200);
  const secret = generateSecret();
  const application = await insertApplication(db, { name, scopes, hash: hashToken(secret) });
  return { application, secret };
}

/** Removes an application. @throws RequestError (notFound) */
export async function removeApplication({ db }: Pick<AccountDeps, 'db'>, id: number): Promise<void> {
  if (!(await deleteApplication(db, id))) throw notFound`There is no application ${id}.`;
}

/** Lists the applications. */
export function readApplications({ db }: Pick<AccountDeps, 'db'>): Promise<Application[]> {
  return listApplications(db);
}
