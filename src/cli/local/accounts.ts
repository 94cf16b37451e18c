import { readConfig } from '../../config.ts';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/access.ts';
import { hasOperatorCode, OperatorError, RequestError } from '../../core/errors.ts';
import { revived } from '../../core/message.ts';
import { openDatabase } from '../../db/open.ts';
import { callControlSocket } from '../../db/pglite/control-socket.ts';
import { openLog } from '../../logger.ts';
import {
  type Account,
  type CommandInput,
  type CommandName,
  type CommandResponse,
  type CommandResults,
  runCommand,
} from '../../services/operator-commands.ts';
import { hashPassword } from '../../services/secrets.ts';
import { MAX_TOKEN_DAYS } from '../../services/tokens.ts';
import { type ExitCode, print, printList, readPassword } from '../output.ts';

/**
 * Executes a command in the configured database. If a server has the embedded database open, the server executes it.
 *
 * @throws RequestError if the command is refused; OperatorError `DATABASE_IN_USE` if the process that has the database
 *   open accepts no commands
 */
async function execute<C extends CommandName>(
  command: C,
  input: CommandInput<C>,
): Promise<CommandResults[C]> {
  const config = readConfig(process.env);
  try {
    const database = await openDatabase(config, openLog('warn'));
    try {
      return await runCommand({ db: database.sql, serialNumber: config.serialNumber }, command, input);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!hasOperatorCode(error, 'DATA_FOLDER_IN_USE')) throw error;
    return executeInServer(config.dataFolder, command, input);
  }
}

async function executeInServer<C extends CommandName>(
  dataFolder: string,
  command: C,
  input: CommandInput<C>,
): Promise<CommandResults[C]> {
  const response = (await callControlSocket(dataFolder, { command, input })) as
    | CommandResponse<C>
    | undefined;
  if (response !== undefined && 'result' in response) return response.result;
  if (response !== undefined && 'refused' in response && typeof response.refused === 'object')
    throw new RequestError(response.refused.kind, revived(response.refused.text));
  throw new OperatorError(
    'DATABASE_IN_USE',
    'another process has the database open and accepts no commands; if it is a server that is starting, wait until it is ready, else stop it',
  );
}

/** `batchline user list`: prints id, login, roles, tenant and last sign-in of all accounts. */
export async function listUsers({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  printList((await execute('listUsers', {})).map(toJson), json, (one) => [
    one.AssociateId,
    one.Login,
    one.Roles.join(',') || '-',
    one.DatabaseSerialNumber ?? '-',
    one.LastSignIn === null ? 'never signed in' : `last sign-in ${one.LastSignIn} (${one.LastSignInBy})`,
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
  checkLength('--name', options.name, 200);
  checkLength('--tenant', options.tenant, 39);
  const roles = options.role.map(readRole);
  const password = await readNewPassword(login);
  const associate = await execute('addUser', {
    login,
    name: options.name ?? login,
    passwordHash: await hashPassword(password),
    roles,
    tenant: options.tenant ?? null,
  });
  print(toJson(associate), options.json, `Created associate ${associate.id} (${associate.login}).`);
  return 0;
}

/**
 * `batchline user password LOGIN`: sets a new password and revokes the tickets of the old one. Tokens remain valid.
 *
 * @throws RequestError (notFound) if there is no such login
 */
export async function setPassword(login: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const passwordHash = await hashPassword(await readNewPassword(login));
  const account = await execute('replacePassword', { login, passwordHash });
  const note = account.disabled ? ' The account is still disabled.' : '';
  print(toJson(account), json, `Changed the password of ${account.login}.${note}`);
  return 0;
}

/**
 * `batchline user password-link LOGIN`: prints the address of a page where the associate sets a new password, once within a
 * day.
 *
 * @throws RequestError (notFound) if there is no such login, (conflict) if the account is disabled
 */
export async function createPasswordLink(
  login: string,
  { url, json }: { readonly url?: string; readonly json?: boolean },
): Promise<ExitCode> {
  const { workerUrl, host, port } = readConfig(process.env);
  const server = url ?? workerUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (!/^https?:\/\/./.test(server))
    throw new OperatorError('USAGE_INVALID', `--url is "${server}"; it must be an http or https address`);
  const { secret, expires } = await execute('createPasswordLink', { login });
  const address = `${server.replace(/\/+$/, '')}/password#${secret}`;
  print({ Url: address, Expires: expires }, json, address);
  return 0;
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

/** @throws OperatorError `USAGE_INVALID` if the text is empty or too long */
function checkLength(what: string, text: string | undefined, max: number): void {
  if (text === undefined || (text.length > 0 && text.length <= max)) return;
  throw new OperatorError(
    'USAGE_INVALID',
    `${what} has ${text.length} characters; it must have between 1 and ${max}`,
  );
}

function readRole(role: string): Role {
  const found = ROLES.find((one) => one === role);
  if (found === undefined)
    throw new OperatorError('USAGE_INVALID', `"${role}" is not a role; the roles are ${ROLES.join(' and ')}`);
  return found;
}

function toJson({ id, login, name, roles, tenant, disabled, lastSignIn, lastSignInBy }: Account) {
  return {
    AssociateId: id,
    Login: login,
    Name: name,
    Roles: roles,
    DatabaseSerialNumber: tenant,
    Disabled: disabled,
    LastSignIn: lastSignIn,
    LastSignInBy: lastSignInBy,
  };
}

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
  checkLength('--name', name, 200);
  for (const definition of definitions) checkLength('--definition', definition, 100);
  const scopes = (options.scope.length === 0 ? ['read', 'write'] : options.scope).map(readScope);
  const days = readDays(options.days);
  const isWorker = scopes.includes('worker');
  if (isWorker !== definitions.length > 0)
    throw new OperatorError('USAGE_INVALID', '--scope worker requires --definition NAME, and vice versa');
  const { secret } = await execute('createToken', {
    login,
    name,
    scopes,
    definitions: isWorker ? [...definitions] : null,
    days: days ?? null,
  });
  print({ Token: secret }, json, secret);
  return 0;
}

/** `batchline token list`: prints all tokens, without their secrets. */
export async function listAllTokens({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const tokens = await execute('listTokens', {});
  const shown = tokens.map((token) => ({
    Id: token.id,
    Name: token.name,
    AssociateId: token.associateId,
    Scopes: token.scopes,
    Definitions: token.definitions,
    Expires: token.expires,
    LastUsed: token.lastUsed,
  }));
  printList(shown, json, (token) => [
    token.Id,
    token.Name,
    `associate ${token.AssociateId}`,
    token.Scopes.join(','),
    token.Expires === null ? 'never expires' : `expires ${token.Expires}`,
    token.LastUsed === null ? 'never used' : `last used ${token.LastUsed}`,
  ]);
  return 0;
}

/** `batchline token revoke ID`: revokes a token. @throws RequestError (notFound) */
export async function revokeToken(id: number, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  await execute('revokeToken', { id });
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
  if (!(value > 0 && value <= MAX_TOKEN_DAYS))
    throw new OperatorError(
      'USAGE_INVALID',
      `--days is "${days}"; it must be a number up to ${MAX_TOKEN_DAYS}`,
    );
  return value;
}

/** `batchline app add NAME`: registers an application and prints its SO-AppToken; only its hash is stored. */
export async function addApplication(
  name: string,
  { scope, json }: { readonly scope: readonly string[]; readonly json?: boolean },
): Promise<ExitCode> {
  checkLength('the name', name, 200);
  const scopes = scope.length === 0 ? null : scope.map(readScope);
  const { secret } = await execute('addApplication', { name, scopes });
  print({ AppToken: secret }, json, secret);
  return 0;
}

/** `batchline app list`: prints all applications, without their secrets. */
export async function listAllApplications({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const found = await execute('listApplications', {});
  const shown = found.map(({ id, name, scopes }) => ({ Id: id, Name: name, Scopes: scopes }));
  printList(shown, json, (one) => [one.Id, one.Name, one.Scopes?.join(',') ?? 'no limit']);
  return 0;
}

/** `batchline app remove ID`: removes an application. @throws RequestError (notFound) */
export async function removeApplication(
  id: number,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  await execute('removeApplication', { id });
  print({ Removed: id }, json, `Removed application ${id}.`);
  return 0;
}
