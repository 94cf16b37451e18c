import type { Kysely } from 'kysely';
import { type Caller, isAdministrator, isFullSignIn, type Role, type Scope } from '../core/access.ts';
import {
  type Actor,
  type AdministrationChange,
  actorOf,
  changesBetween,
  hiddenChange,
  OPERATOR,
} from '../core/administration.ts';
import { conflict, forbidden, gone, notFound, type RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import {
  type Application,
  type Associate,
  deleteApplication,
  findAssociate,
  getAssociate,
  insertApplication,
  insertAssociate,
  listApplications,
  listAssociates,
  type NewAssociate,
  updateAssociate,
} from '../db/queries/account.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import { findPasswordLink, insertPasswordLink, takePasswordLink } from '../db/queries/password-link.ts';
import { deleteSignInsOf } from '../db/queries/session.ts';
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
  /** `undefined` means none: the account signs in at the OIDC provider, or after setting one by a link. */
  readonly password: string | undefined;
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
  if (password !== undefined) checkPassword(password, minPasswordLength);
  checkText('DatabaseSerialNumber', tenant ?? '', 39);
  if (caller.tenant !== null && tenant !== undefined && tenant !== caller.tenant)
    throw forbidden`You may not create associates for DatabaseSerialNumber "${tenant}"; yours is "${caller.tenant}".`;
  const passwordHash = password === undefined ? '' : await hashPassword(password);
  const wanted = { login, name, passwordHash, roles, tenant: tenant ?? caller.tenant };
  return addUser(db, actorOf(caller), wanted);
}

/** Creates an account. Checks no rights. @throws RequestError (conflict) if the login is taken */
export function addUser(db: Kysely<Schema>, actor: Actor, wanted: NewAssociate): Promise<Associate> {
  return inQuietTransaction(db, async (trx) => {
    const created = await insertAssociate(trx, wanted);
    const { name: Name, roles: Roles } = created;
    await recordUser(trx, actor, created, 'Create', changesBetween({}, { Name, Roles }));
    return created;
  });
}

/** Records an administrative action on an account. */
function recordUser(
  trx: Kysely<Schema>,
  actor: Actor,
  { id: objectId, login: objectName, tenant }: Associate,
  action: AdministrationChange['action'],
  changes: AdministrationChange['changes'],
): Promise<void> {
  return insertAdministrationAudit(trx, actor, {
    kind: 'User',
    action,
    objectId,
    objectName,
    tenant,
    changes,
  });
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
    writeChange(trx, actorOf(caller), id, { passwordHash, roles, disabled }),
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
    return (await writeChange(trx, OPERATOR, associate.id, { passwordHash })) ?? associate;
  });
}

/** A link by which an associate sets a password, once. Only the hash of its secret is stored. */
export interface PasswordLink {
  readonly secret: string;
  readonly expires: Date;
}

/** The lifetime of a link to set a password. */
const PASSWORD_LINK_HOURS = 24;

/**
 * Creates a link by which the associate of an account sets a new password. It replaces earlier ones.
 *
 * @throws RequestError (forbidden), (notFound) like `changeUser`; (conflict) if the account is disabled
 */
export async function createPasswordLink(
  { db }: AccountDeps,
  caller: Caller,
  id: number,
): Promise<PasswordLink> {
  checkChange(caller, id, { password: '' });
  const associate = await getAssociate(db, id);
  if (associate === undefined || !isWithin(caller, associate)) throw noSuchAssociate(id);
  return issuePasswordLink(db, actorOf(caller), associate);
}

/** Creates such a link. Checks no rights. @throws RequestError (conflict) if the account is disabled */
export async function issuePasswordLink(
  db: Kysely<Schema>,
  actor: Actor,
  associate: Associate,
): Promise<PasswordLink> {
  const { id: associateId, login, disabled } = associate;
  if (disabled) throw conflict`The account "${login}" is disabled; enable it first.`;
  const secret = generateSecret();
  const expires = await inQuietTransaction(db, async (trx) => {
    const link = { associateId, hash: hashToken(secret) };
    const expires = await insertPasswordLink(trx, link, PASSWORD_LINK_HOURS);
    await recordUser(trx, actor, associate, 'PasswordLink', []);
    return expires;
  });
  return { secret, expires };
}

/**
 * Sets the password of the associate of a link, which can't be used again, and revokes the tickets and sessions.
 *
 * @returns the associate
 * @throws RequestError (gone) if the link is wrong, used or expired, or the account is disabled; (invalid) if the password is
 *   too short
 */
export async function setPasswordByLink(
  { db, minPasswordLength }: AccountDeps,
  secret: string,
  password: string,
): Promise<Associate> {
  const hash = hashToken(secret);
  // Before the password is hashed, which is slow.
  if (!(await findPasswordLink(db, hash))) throw linkGone();
  checkPassword(password, minPasswordLength);
  const passwordHash = await hashPassword(password);
  return inQuietTransaction(db, async (trx) => {
    const id = await takePasswordLink(trx, hash);
    const associate = id === undefined ? undefined : await getAssociate(trx, id);
    if (associate === undefined || associate.disabled) throw linkGone();
    const actor = { associateId: associate.id, login: associate.login, means: 'Link' } as const;
    return (await writeChange(trx, actor, associate.id, { passwordHash })) ?? associate;
  });
}

function linkGone(): RequestError {
  return gone`The link is wrong, was used or has expired; ask an administrator for a new one.`;
}

/** Writes a change, and revokes the tickets and sessions that the account had before a new password or its end. */
async function writeChange(
  trx: Kysely<Schema>,
  actor: Actor,
  id: number,
  change: Parameters<typeof updateAssociate>[2],
): Promise<Associate | undefined> {
  const before = await getAssociate(trx, id);
  const changed = await updateAssociate(trx, id, change);
  if (before === undefined || changed === undefined) return undefined;
  const changes = [
    ...changesBetween(
      { Roles: before.roles, Disabled: before.disabled },
      { Roles: changed.roles, Disabled: changed.disabled },
    ),
    ...(change.passwordHash === undefined ? [] : [hiddenChange('Password')]),
  ];
  if (changes.length > 0) await recordUser(trx, actor, changed, 'Change', changes);
  if (change.passwordHash !== undefined || change.disabled === true) await deleteSignInsOf(trx, id);
  return changed;
}

/** Registers an application. Returns it with its SO-AppToken, of which only the hash is stored. */
export async function createApplication(
  { db }: Pick<AccountDeps, 'db'>,
  actor: Actor,
  { name, scopes }: { readonly name: string; readonly scopes: readonly Scope[] | null },
): Promise<{ readonly application: Application; readonly secret: string }> {
  checkText('Name', name, 200);
  const secret = generateSecret();
  const application = await inQuietTransaction(db, async (trx) => {
    const inserted = await insertApplication(trx, { name, scopes, hash: hashToken(secret) });
    await recordApplication(trx, actor, inserted, 'Create', changesBetween({}, { Scopes: scopes }));
    return inserted;
  });
  return { application, secret };
}

/** Removes an application. @throws RequestError (notFound) */
export async function removeApplication(
  { db }: Pick<AccountDeps, 'db'>,
  actor: Actor,
  id: number,
): Promise<void> {
  await inQuietTransaction(db, async (trx) => {
    const deleted = await deleteApplication(trx, id);
    if (deleted === undefined) throw notFound`There is no application ${id}.`;
    await recordApplication(trx, actor, deleted, 'Delete', changesBetween({ Scopes: deleted.scopes }, {}));
  });
}

function recordApplication(
  trx: Kysely<Schema>,
  actor: Actor,
  { id: objectId, name: objectName }: Application,
  action: AdministrationChange['action'],
  changes: AdministrationChange['changes'],
): Promise<void> {
  const change = { kind: 'Application', action, objectId, objectName, tenant: null, changes } as const;
  return insertAdministrationAudit(trx, actor, change);
}

/** Lists the applications. */
export function readApplications({ db }: Pick<AccountDeps, 'db'>): Promise<Application[]> {
  return listApplications(db);
}
