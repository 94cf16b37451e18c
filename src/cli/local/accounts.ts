import { readConfig } from '../../config.ts';
import { ROLES, type Role } from '../../core/caller.ts';
import { hasOperatorCode, OperatorError } from '../../core/operator-error.ts';
import { callControlSocket } from '../../db/pglite/control-socket.ts';
import { type Associate, insertAssociate, listAssociates } from '../../db/queries/account.ts';
import { hashPassword } from '../../http/auth/password-hash.ts';
import type { CommandAnswer } from '../../services/commands.ts';
import { replacePassword, unknownLogin } from '../../services/replace-password.ts';
import { print, printList } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import { readPassword } from './read-password.ts';
import { withDatabase } from './with-database.ts';

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
