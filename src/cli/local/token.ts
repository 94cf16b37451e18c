import { SCOPES, type Scope } from '../../core/caller.ts';
import { notFound } from '../../core/errors.ts';
import { OperatorError } from '../../core/operator-error.ts';
import { findAssociate } from '../../db/queries/account.ts';
import { deleteToken, insertToken, listTokens } from '../../db/queries/tokens.ts';
import { generateToken, hashToken } from '../../http/auth/tokens.ts';
import { print, printList } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import { withDatabase } from './with-database.ts';

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
