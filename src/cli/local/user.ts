import { readConfig } from '../../config.ts';
import { ROLES, type Role } from '../../domain/caller.ts';
import { missing } from '../../domain/errors.ts';
import { hashPassword } from '../../http/auth/passwords.ts';
import {
  type Associate,
  findAssociate,
  insertAssociate,
  listAssociates,
  updateAssociate,
} from '../../store/associates/associates.ts';
import type { Database } from '../../store/database.ts';
import { FolderInUse } from '../../store/embedded/folder-lock.ts';
import { deleteSignInsOf } from '../../store/sign-ins/sign-ins.ts';
import type { ExitCode } from '../exit-codes.ts';
import { print, printList } from '../output.ts';
import { readPassword } from '../read-password.ts';
import { CommandRefused, UsageError } from '../usage.ts';
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
    throw new UsageError(
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
 * `batchline user password LOGIN`: sets a new password and ends the sign-ins that the old one has made. Tokens stay.
 *
 * @throws CommandRefused if a server has the embedded database open
 */
export async function setPassword(login: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const password = await readNewPassword(login);
  const change = async ({ sql }: Database): Promise<Associate> => {
    const associate = await findAssociate(sql, login);
    if (associate === undefined) throw missing`There is no associate with the login "${login}".`;
    await updateAssociate(sql, associate.id, { passwordHash: await hashPassword(password) });
    await deleteSignInsOf(sql, associate.id);
    return associate;
  };
  const associate = await withDatabase(change).catch((error: unknown) => {
    if (!(error instanceof FolderInUse)) throw error;
    throw new CommandRefused(
      `a server has the database open: stop it, run this again and start it; or let an administrator set the password on the page, under People`,
    );
  });
  const note = associate.disabled ? ' The account is still disabled.' : '';
  print(toJson(associate), json, `The password of ${associate.login} was changed.${note}`);
  return 0;
}

async function readNewPassword(login: string): Promise<string> {
  const password = await readPassword(login);
  const { minPasswordLength } = readConfig(process.env).signIn;
  if (password.length < minPasswordLength)
    throw new UsageError(
      `the password has ${password.length} characters; at least ${minPasswordLength} are accepted`,
    );
  return password;
}

function readRole(role: string): Role {
  const found = ROLES.find((one) => one === role);
  if (found === undefined)
    throw new UsageError(`there is no role "${role}"; ${ROLES.join(' and ')} are accepted`);
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
