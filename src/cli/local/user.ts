import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { ROLES, type Role } from '../domain/caller.ts';
import { hashPassword, SHORTEST_PASSWORD } from '../http/auth/passwords.ts';
import { insertAssociate, listAssociates } from '../store/associates/associates.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `batchline user add|list`. */
export async function userCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      role: { type: 'string', multiple: true, default: [] },
      name: { type: 'string' },
      tenant: { type: 'string' },
    },
  });
  const [action, login] = positionals;
  if (action === 'list') {
    const associates = await withDatabase((database) => listAssociates(database.sql));
    for (const one of associates)
      console.log(`${one.id}\t${one.login}\t${one.roles.join(',') || '-'}\t${one.tenant ?? '-'}`);
    return 0;
  }
  if (action !== 'add' || login === undefined) throw new UsageError('user takes "add LOGIN" or "list"');
  if (!/^[^:\s]{1,100}$/.test(login))
    throw new UsageError(
      `"${login}" is not a login; at most 100 characters without spaces and colons are accepted`,
    );
  const roles = values.role.map(readRole);
  if (process.stdin.isTTY) console.error(`Password for ${login} (then Enter and Ctrl-D):`);
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password.length < SHORTEST_PASSWORD) {
    throw new UsageError(
      `the password has ${password.length} characters; at least ${SHORTEST_PASSWORD} are accepted`,
    );
  }
  const associate = await withDatabase(async (database) =>
    insertAssociate(database.sql, {
      login,
      name: values.name ?? login,
      passwordHash: await hashPassword(password),
      roles,
      tenant: values.tenant ?? null,
    }),
  );
  console.log(`Associate ${associate.id} (${associate.login}) was made.`);
  return 0;
}

function readRole(role: string): Role {
  const found = ROLES.find((one) => one === role);
  if (found === undefined)
    throw new UsageError(`there is no role "${role}"; ${ROLES.join(' and ')} are accepted`);
  return found;
}
