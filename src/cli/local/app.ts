import { parseArgs } from 'node:util';
import type { Scope } from '../domain/caller.ts';
import { missing } from '../domain/errors.ts';
import { generateSecret, hashToken } from '../http/auth/tokens.ts';
import {
  deleteApplication,
  insertApplication,
  listApplications,
} from '../store/applications/applications.ts';
import { readScope } from './token.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `batchline app add|list|remove`. */
export async function appCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { scope: { type: 'string', multiple: true } },
  });
  const [action, target] = positionals;
  if (action === 'list') return list();
  if (action === 'add' && target !== undefined && target.length <= 200)
    return add(target, values.scope?.map(readScope) ?? null);
  if (action === 'remove' && target !== undefined && /^\d{1,9}$/.test(target)) return remove(Number(target));
  throw new UsageError('app takes "add NAME", "list" or "remove ID"; a name has at most 200 characters');
}

async function add(name: string, scopes: readonly Scope[] | null): Promise<number> {
  const secret = generateSecret();
  await withDatabase(({ sql }) => insertApplication(sql, { name, scopes, hash: hashToken(secret) }));
  console.log(secret);
  return 0;
}

async function list(): Promise<number> {
  for (const one of await withDatabase(({ sql }) => listApplications(sql)))
    console.log(`${one.id}\t${one.name}\t${one.scopes?.join(',') ?? 'no limit'}`);
  return 0;
}

async function remove(id: number): Promise<number> {
  if (!(await withDatabase(({ sql }) => deleteApplication(sql, id))))
    throw missing`There is no application ${id}.`;
  console.log(`Application ${id} was removed.`);
  return 0;
}
