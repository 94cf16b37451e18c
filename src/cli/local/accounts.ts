import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { readConfig } from '../../config.ts';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/caller.ts';
import { notFound } from '../../core/errors.ts';
import { hasOperatorCode, OperatorError } from '../../core/operator-error.ts';
import type { Database } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
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
import { openLog } from '../../logger.ts';
import { type CommandAnswer, replacePassword, unknownLogin } from '../../services/accounts.ts';
import { print, printList } from '../output.ts';
import type { ExitCode } from '../usage.ts';

/** Opens the configured database, passes it to `use` with the default tenant, and closes it. */
async function withDatabase<T>(use: (database: Database, tenant: string) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const database = await openDatabase(config, openLog('warn'));
  try {
    return await use(database, config.serialNumber);
  } finally {
    await database.close();
  }
}

/** Prompts for a password on a terminal; otherwise, reads standard input without its last line break. */
export async function readPassword(login: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '');
  process.stderr.write(`Password for ${login}: `);
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: discard, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}

/** `batchline user list`: prints id, login, roles and tenant of all accounts. */
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

/** Options of `user add`. */
export interface AddUserOptions {
  readonly role: readonly string[];
  readonly name?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `batchline user add LOGIN`: creates an account. */
export async function addUser(login: string, options: AddUserOptions): Promise<ExitCode> {
  if (!/^[^:\s]{1,100}$/.test(login))
    throw new OperatorError(
      'USAGE_INVALID',
      `"${login}" is not a valid login; use at most 100 characters, without spaces and colons`,
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
  print(toJson(associate), options.json, `Created associate ${associate.id} (${associate.login}).`);
  return 0;
}

/**
 * `batchline user password LOGIN`: sets a new password and revokes the tickets of the old one. Tokens remain valid. If a
 * server has the embedded database open, it executes the command.
 *
 * @throws RequestError (notFound) if there is no such login; OperatorError `DATABASE_IN_USE` if the process that has the
 *   database open accepts no commands
 */
export async function setPassword(login: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const passwordHash = await hashPassword(await readNewPassword(login));
  const associate = await withDatabase(({ sql }) => replacePassword(sql, login, passwordHash)).catch(
    (error: unknown) => {
      if (!hasOperatorCode(error, 'DATA_FOLDER_IN_USE')) throw error;
      return setPasswordInServer(login, passwordHash);
    },
  );
  const note = associate.disabled ? ' The account is still disabled.' : '';
  print(toJson(associate), json, `Changed the password of ${associate.login}.${note}`);
  return 0;
}

async function setPasswordInServer(login: string, passwordHash: string): Promise<Associate> {
  const { dataFolder } = readConfig(process.env);
  const answer = (await callControlSocket(dataFolder, { command: 'replacePassword', login, passwordHash })) as
    | CommandAnswer
    | undefined;
  if (answer !== undefined && 'associate' in answer) return answer.associate;
  if (answer?.refused === 'unknown login') throw unknownLogin(login);
  throw new OperatorError(
    'DATABASE_IN_USE',
    'another process has the database open and does not accept this command; stop it and run the command again',
  );
}

async function readNewPassword(login: string): Promise<string> {
  const password = await readPassword(login);
  const { minPasswordLength } = readConfig(process.env).signIn;
  if (password.length < minPasswordLength)
    throw new OperatorError(
      'USAGE_INVALID',
      `the password is too short: it has ${password.length} characters, the minimum is ${minPasswordLength}`,
    );
  return password;
}

function readRole(role: string): Role {
  const found = ROLES.find((one) => one === role);
  if (found === undefined)
    throw new OperatorError('USAGE_INVALID', `"${role}" is not a role; the roles are ${ROLES.join(' and ')}`);
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

/** Options of `token create`. */
export interface CreateTokenOptions {
  readonly name: string;
  readonly scope: readonly string[];
  /** Definitions that a token with the scope `worker` can run. */
  readonly definition: readonly string[];
  readonly days?: string;
  readonly json?: boolean;
}

/** `batchline token create LOGIN`: creates a token and prints it; only its hash is stored. */
export async function createToken(login: string, options: CreateTokenOptions): Promise<ExitCode> {
  const { name, definition: definitions, json } = options;
  const scopes = (options.scope.length === 0 ? ['read', 'write'] : options.scope).map(readScope);
  const days = readDays(options.days);
  const isWorker = scopes.includes('worker');
  if (isWorker !== definitions.length > 0)
    throw new OperatorError('USAGE_INVALID', '--scope worker requires --definition NAME, and vice versa');
  const secret = await withDatabase(async ({ sql }, tenant) => {
    const associate = await findAssociate(sql, login);
    if (associate === undefined) throw notFound`There is no associate with the login "${login}".`;
    const token = generateToken(associate.tenant ?? tenant);
    const expires = days === undefined ? null : new Date(Date.now() + days * DAY_MS);
    await insertToken(sql, {
      associateId: associate.id,
      name,
      scopes,
      expires,
      hash: hashToken(token),
      parentId: null,
      roles: null,
      tenant: null,
      definitions: isWorker ? definitions.map((definition) => definition.toLowerCase()) : null,
    });
    return token;
  });
  print({ Token: secret }, json, secret);
  return 0;
}

/** `batchline token list`: prints all tokens, without their secrets. */
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

/** `batchline token revoke ID`: revokes a token. @throws RequestError (notFound) */
export async function revokeToken(id: number, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const found = await withDatabase(({ sql }) => deleteToken(sql, id));
  if (!found) throw notFound`There is no token ${id}.`;
  print({ Revoked: id }, json, `Revoked token ${id}.`);
  return 0;
}

/** Parses a scope. @throws OperatorError `USAGE_INVALID` */
export function readScope(scope: string): Scope {
  const found = SCOPES.find((one) => one === scope);
  if (found === undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      `"${scope}" is not a scope; the scopes are ${SCOPES.join(', ')}`,
    );
  return found;
}

function readDays(days: string | undefined): number | undefined {
  if (days === undefined) return undefined;
  const value = Number(days);
  if (!(value > 0 && value <= 3650))
    throw new OperatorError('USAGE_INVALID', `--days is "${days}"; it must be a number up to 3650`);
  return value;
}

/** `batchline app add NAME`: registers an application and prints its SO-AppToken; only its hash is stored. */
export async function addApplication(
  name: string,
  { scope, json }: { readonly scope: readonly string[]; readonly json?: boolean },
): Promise<ExitCode> {
  if (name.length > 200)
    throw new OperatorError('USAGE_INVALID', 'the name is too long; the maximum is 200 characters');
  const scopes: readonly Scope[] | null = scope.length === 0 ? null : scope.map(readScope);
  const secret = generateSecret();
  await withDatabase(({ sql }) => insertApplication(sql, { name, scopes, hash: hashToken(secret) }));
  print({ AppToken: secret }, json, secret);
  return 0;
}

/** `batchline app list`: prints all applications, without their secrets. */
export async function listAllApplications({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const found = await withDatabase(({ sql }) => listApplications(sql));
  const shown = found.map(({ id, name, scopes }) => ({ Id: id, Name: name, Scopes: scopes }));
  printList(shown, json, (one) => [one.Id, one.Name, one.Scopes?.join(',') ?? 'no limit']);
  return 0;
}

/** `batchline app remove ID`: removes an application. @throws RequestError (notFound) */
export async function removeApplication(
  id: number,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  if (!(await withDatabase(({ sql }) => deleteApplication(sql, id))))
    throw notFound`There is no application ${id}.`;
  print({ Removed: id }, json, `Removed application ${id}.`);
  return 0;
}
