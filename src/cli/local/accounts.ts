import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { readConfig } from '../../config.ts';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/caller.ts';
import { notFound } from '../../core/errors.ts';
import { hasOperatorCode, OperatorError } from '../../core/operator-error.ts';
import { callControlSocket } from '../../db/pglite/control-socket.ts';
import {
  type Associate,
  deleteApplication,
  deleteToken,
  findAssociate,
  insertApplication,
  insertAssociate,
  insertToken,
  listApplications,
  listAssociates,
  listTokens,
} from '../../db/queries/account.ts';
import { hashPassword } from '../../http/auth/password-hash.ts';
import { generateSecret, generateToken, hashToken } from '../../http/auth/scheme.ts';
import { type CommandAnswer, replacePassword, unknownLogin } from '../../services/accounts.ts';
import { print, printList } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import { withDatabase } from './with-database.ts';

/** Reads a password: on a terminal it is asked for and not shown; else standard input is it, without its last line break. */
export async function readPassword(login: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '');
  process.stderr.write(`Password for ${login}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await asking.question('');
  } finally {
    asking.close();
    process.stderr.write('\n');
  }
}

/** `batchline user list` */
export async function listUsers({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const associates = await withDatabase((database) => listAssociates(database.sql));
  printList(associates.map(toJson), json, (one) => [
    one.AssociateId,
    one.Login,
    one.Roles.join(',') || '-',
    one.DatabaseSerialNumber ?? '-',
  ]);
  return 0;
}

/** What `user add` takes. */
export interface AddUserOptions {
  readonly role: readonly string[];
  readonly name?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `batchline user add LOGIN` */
export async function addUser(login: string, options: AddUserOptions): Promise<ExitCode> {
  if (!/^[^:\s]{1,100}$/.test(login))
    throw new OperatorError(
      'USAGE_INVALID',
      `"${login}" is not a login; at most 100 characters without spaces and colons are accepted`,
    );
  const roles = options.role.map(readRole);
  const password = await readNewPassword(login);
  const associate = await withDatabase(async (database) =>
    insertAssociate(database.sql, {
      login,
      name: options.name ?? login,
      passwordHash: await hashPassword(password),
      roles,
      tenant: options.tenant ?? null,
    }),
  );
  print(toJson(associate), options.json, `Associate ${associate.id} (${associate.login}) was made.`);
  return 0;
}

/**
 * `batchline user password LOGIN`: sets a new password and ends the sign-ins that the old one has made. Tokens stay. A
 * server that has the embedded database open does it for the command.
 *
 * @throws RequestError if there is no such login; OperatorError `DATABASE_IN_USE` if a server has the database open and does not take commands
 */
export async function setPassword(login: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const passwordHash = await hashPassword(await readNewPassword(login));
  const associate = await withDatabase(({ sql }) => replacePassword(sql, login, passwordHash)).catch(
    (error: unknown) => {
      if (!hasOperatorCode(error, 'DATA_FOLDER_IN_USE')) throw error;
      return askServer(login, passwordHash);
    },
  );
  const note = associate.disabled ? ' The account is still disabled.' : '';
  print(toJson(associate), json, `The password of ${associate.login} was changed.${note}`);
  return 0;
}

async function askServer(login: string, passwordHash: string): Promise<Associate> {
  const { dataFolder } = readConfig(process.env);
  const answer = (await callControlSocket(dataFolder, { command: 'replacePassword', login, passwordHash })) as
    | CommandAnswer
    | undefined;
  if (answer !== undefined && 'associate' in answer) return answer.associate;
  if (answer?.refused === 'unknown login') throw unknownLogin(login);
  throw new OperatorError(
    'DATABASE_IN_USE',
    'a process has the database open and does not take this command: stop it, run this again and start it',
  );
}

async function readNewPassword(login: string): Promise<string> {
  const password = await readPassword(login);
  const { minPasswordLength } = readConfig(process.env).signIn;
  if (password.length < minPasswordLength)
    throw new OperatorError(
      'USAGE_INVALID',
      `the password has ${password.length} characters; at least ${minPasswordLength} are accepted`,
    );
  return password;
}

function readRole(role: string): Role {
  const found = ROLES.find((one) => one === role);
  if (found === undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      `there is no role "${role}"; ${ROLES.join(' and ')} are accepted`,
    );
  return found;
}

function toJson({ id, login, name, roles, tenant, disabled }: Associate) {
  return {
    AssociateId: id,
    Login: login,
    Name: name,
    Roles: roles,
    DatabaseSerialNumber: tenant,
    Disabled: disabled,
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** What `token create` takes. */
export interface CreateTokenOptions {
  readonly name: string;
  readonly scope: readonly string[];
  /** What the scope `worker` is for. */
  readonly definition: readonly string[];
  readonly days?: string;
  readonly json?: boolean;
}

/** `batchline token create LOGIN`: prints the token, once. */
export async function createToken(login: string, options: CreateTokenOptions): Promise<ExitCode> {
  const { name, definition: definitions, json } = options;
  const scopes = (options.scope.length === 0 ? ['read', 'write'] : options.scope).map(readScope);
  const days = readDays(options.days);
  const works = scopes.includes('worker');
  if (works !== definitions.length > 0)
    throw new OperatorError('USAGE_INVALID', '--scope worker and --definition NAME belong together');
  const secret = await withDatabase(async ({ sql }, serialNumber) => {
    const associate = await findAssociate(sql, login);
    if (associate === undefined) throw notFound`There is no associate with the login "${login}".`;
    const made = generateToken(associate.tenant ?? serialNumber);
    const expires = days === undefined ? null : new Date(Date.now() + days * DAY_MS);
    await insertToken(sql, {
      associateId: associate.id,
      name,
      scopes,
      expires,
      hash: hashToken(made),
      parentId: null,
      roles: null,
      tenant: null,
      definitions: works ? definitions.map((one) => one.toLowerCase()) : null,
    });
    return made;
  });
  print({ Token: secret }, json, secret);
  return 0;
}

/** `batchline token list` */
export async function listAllTokens({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const tokens = await withDatabase(({ sql }) => listTokens(sql));
  const shown = tokens.map((token) => ({
    Id: token.id,
    Name: token.name,
    AssociateId: token.associateId,
    Scopes: token.scopes,
    Definitions: token.definitions,
    Expires: token.expires?.toISOString() ?? null,
  }));
  printList(shown, json, (token) => [
    token.Id,
    token.Name,
    `associate ${token.AssociateId}`,
    token.Scopes.join(','),
    token.Expires === null ? 'never expires' : `expires ${token.Expires}`,
  ]);
  return 0;
}

/** `batchline token revoke ID` */
export async function revokeToken(id: number, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const found = await withDatabase(({ sql }) => deleteToken(sql, id));
  if (!found) throw notFound`There is no token ${id}.`;
  print({ Revoked: id }, json, `Token ${id} was revoked.`);
  return 0;
}

/** A scope of the command line. */
export function readScope(scope: string): Scope {
  const found = SCOPES.find((one) => one === scope);
  if (found === undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      `there is no scope "${scope}"; ${SCOPES.join(', ')} are accepted`,
    );
  return found;
}

function readDays(days: string | undefined): number | undefined {
  if (days === undefined) return undefined;
  const value = Number(days);
  if (!(value > 0 && value <= 3650))
    throw new OperatorError('USAGE_INVALID', `--days is "${days}"; a number up to 3650 is accepted`);
  return value;
}

/** `batchline app add NAME`: prints its SO-AppToken, once. */
export async function addApplication(
  name: string,
  { scope, json }: { readonly scope: readonly string[]; readonly json?: boolean },
): Promise<ExitCode> {
  if (name.length > 200) throw new OperatorError('USAGE_INVALID', 'a name has at most 200 characters');
  const scopes: readonly Scope[] | null = scope.length === 0 ? null : scope.map(readScope);
  const secret = generateSecret();
  await withDatabase(({ sql }) => insertApplication(sql, { name, scopes, hash: hashToken(secret) }));
  print({ AppToken: secret }, json, secret);
  return 0;
}

/** `batchline app list` */
export async function listAllApplications({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const found = await withDatabase(({ sql }) => listApplications(sql));
  const shown = found.map(({ id, name, scopes }) => ({ Id: id, Name: name, Scopes: scopes }));
  printList(shown, json, (one) => [one.Id, one.Name, one.Scopes?.join(',') ?? 'no limit']);
  return 0;
}

/** `batchline app remove ID` */
export async function removeApplication(
  id: number,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  if (!(await withDatabase(({ sql }) => deleteApplication(sql, id))))
    throw notFound`There is no application ${id}.`;
  print({ Removed: id }, json, `Application ${id} was removed.`);
  return 0;
}
