import type { Scope } from '../../core/caller.ts';
import { notFound } from '../../core/errors.ts';
import { OperatorError } from '../../core/operator-error.ts';
import { deleteApplication, insertApplication, listApplications } from '../../db/queries/applications.ts';
import { generateSecret, hashToken } from '../../http/auth/tokens.ts';
import { print, printList } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import { readScope } from './token.ts';
import { withDatabase } from './with-database.ts';

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
