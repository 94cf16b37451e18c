import type { Kysely } from 'kysely';
import { ACCESS } from '../core/access.ts';
import { type Caller, isAdministrator, type Scope } from '../core/caller.ts';
import { forbidden, invalid, notFound, type RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import {
  type ApiToken,
  type Associate,
  deleteSignInsOf,
  deleteToken,
  findAssociate,
  getAssociate,
  insertToken,
  listTokens,
  type TokenScope,
  updateAssociate,
} from '../db/queries/account.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { requireAccess } from './access.ts';

/** The requested properties of a new token. */
export interface WantedToken {
  readonly name: string;
  /** `undefined` means read and write, as far as the caller has them. */
  readonly scopes: readonly Scope[] | undefined;
  /** Definitions that a token with the scope `worker` can run. */
  readonly definitions: readonly string[] | undefined;
  /** `undefined` means the caller. */
  readonly associateId: number | undefined;
  /** `undefined` means never, or with the token that creates it. */
  readonly expires: Date | undefined;
}

/** A secret, and the hash that is stored. */
export interface Secret {
  readonly secret: string;
  readonly hash: string;
}

/** Lists the tokens that the caller may see: their own, or for administrators, all of the tenant or the server. */
export function readTokens(db: Kysely<Schema>, caller: Caller): Promise<ApiToken[]> {
  return listTokens(db, scopeOf(caller));
}

/**
 * Creates a token. It has no more rights than the sign-in that creates it (scopes, definitions, roles, tenant), and if
 * that is a token, expires no later.
 *
 * @param generate generates the secret for the tenant of the token's associate
 * @throws RequestError (forbidden) if the caller may not create such a token; (invalid) if a property is invalid
 */
export async function createToken(
  db: Kysely<Schema>,
  caller: Caller,
  wanted: WantedToken,
  generate: (tenant: string | null) => Secret,
): Promise<{ readonly token: ApiToken; readonly secret: string }> {
  requireAccess(caller, ACCESS.write);
  const { associateId = caller.associateId, name } = wanted;
  checkText('Name', name, 200);
  const isOthers = associateId !== caller.associateId;
  if (isOthers && !isAdministrator(caller))
    throw forbidden`Only administrators can create tokens for other associates.`;
  const scopes = scopesFor(caller, wanted.scopes);
  const definitions = definitionsFor(caller, scopes, wanted.definitions);
  const associate = await getAssociate(db, associateId);
  if (associate === undefined || (isOthers && caller.tenant !== null && associate.tenant !== caller.tenant))
    throw invalid`AssociateId is ${associateId}, but there is no such associate.`;
  const { secret, hash } = generate(associate.tenant);
  const token = await insertToken(db, {
    associateId,
    name,
    scopes,
    definitions,
    expires: expiryFor(caller, wanted.expires),
    parentId: caller.token?.id ?? null,
    roles: caller.narrowed && !isOthers ? caller.roles : null,
    tenant: associate.tenant === null ? caller.tenant : null,
    hash,
  });
  return { token, secret };
}

/**
 * Revokes a token and all tokens created with it.
 *
 * @throws RequestError (notFound) if there is no such token, or the caller may not see it
 */
export async function revokeToken(db: Kysely<Schema>, caller: Caller, id: number): Promise<void> {
  requireAccess(caller, ACCESS.write);
  if (!(await deleteToken(db, id, scopeOf(caller)))) throw notFound`There is no token ${id}.`;
}

function scopeOf(caller: Caller): TokenScope {
  const { associateId, tenant } = caller;
  return isAdministrator(caller) ? { tenant } : { associateId, tenant };
}

function scopesFor(caller: Caller, wanted: readonly Scope[] | undefined): readonly Scope[] {
  const scopes = wanted ?? caller.scopes.filter((scope) => scope === 'read' || scope === 'write');
  const excess = scopes.filter((scope) => !caller.scopes.includes(scope));
  if (excess.length > 0)
    throw forbidden`This sign-in can't grant the scopes ${excess.join(', ')}: it doesn't have them.`;
  return scopes;
}

/** Returns the definitions of a worker's token in lower case; `null` for other tokens. */
function definitionsFor(
  caller: Caller,
  scopes: readonly Scope[],
  wanted: readonly string[] | undefined,
): string[] | null {
  if (!scopes.includes('worker')) {
    if (wanted !== undefined) throw invalid`Definitions is only for tokens with the scope worker.`;
    return null;
  }
  if (!isAdministrator(caller)) throw forbidden`Only administrators can create tokens with the scope worker.`;
  if (wanted === undefined) throw invalid`Definitions is missing; name the definitions that the worker runs.`;
  for (const name of wanted) checkText(message`A name in Definitions`, name, 100);
  const definitions = wanted.map((name) => name.toLowerCase());
  const excess = definitions.filter((name) => caller.definitions?.includes(name) === false);
  if (excess.length > 0)
    throw forbidden`This sign-in can't grant the definitions ${excess.join(', ')}: it doesn't have them.`;
  return definitions;
}

function expiryFor({ token }: Caller, wanted: Date | undefined): Date | null {
  const latest = token?.expires ?? null;
  if (latest !== null && wanted !== undefined && wanted > latest)
    throw invalid`A token can't expire after the token that creates it; the latest time is ${latest}.`;
  return wanted ?? latest;
}

/** The error for an unknown login. */
export function unknownLogin(login: string): RequestError {
  return notFound`There is no associate with the login "${login}".`;
}

/**
 * Replaces the password of an associate and revokes the tickets of the old one. Tokens remain valid. Checks no rights:
 * it is for operators, who have access to the database or its folder.
 *
 * @throws RequestError (notFound) if there is no associate with the login
 */
export function replacePassword(db: Kysely<Schema>, login: string, passwordHash: string): Promise<Associate> {
  return inQuietTransaction(db, async (trx) => {
    const associate = await findAssociate(trx, login);
    if (associate === undefined) throw unknownLogin(login);
    await updateAssociate(trx, associate.id, { passwordHash });
    await deleteSignInsOf(trx, associate.id);
    return associate;
  });
}
