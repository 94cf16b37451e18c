import { ROLES, type Role } from '../../domain/caller.ts';
import { hashPassword, SHORTEST_PASSWORD } from '../../http/auth/passwords.ts';
import { type Associate, insertAssociate, listAssociates } from '../../store/associates/associates.ts';
import type { ExitCode } from '../exit-codes.ts';
import { print, printList } from '../output.ts';
import { readPassword } from '../read-password.ts';
import { UsageError } from '../usage.ts';
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
  const password = await readPassword(login);
  if (password.length < SHORTEST_PASSWORD) {
    throw new UsageError(
      `the password has ${password.length} characters; at least ${SHORTEST_PASSWORD} are accepted`,
    );
  }
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
