import type { Kysely } from 'kysely';
import { ACCESS, refusalOf } from '../core/access.ts';
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

/** The requested properties of a new token. */
export interface WantedToken {
  readonly name: string;
  /** `undefined` means read and write, as far as the caller has them. */
  readonly scopes: readonly Scope[] | undefined;
  /** The definitions that the scope `worker` is for. */
  readonly definitions: readonly string[] | undefined;
  /** `undefined` means the caller. */
  readonly associateId: number | undefined;
  /** `undefined` means never, or with the token that creates it. */
  readonly expires: Date | undefined;
}

/** A secret and the hash it is kept by. */
export interface Secret {
  readonly secret: string;
  readonly hash: string;
}

/** Lists the tokens that the caller may see: their own; for administrators, all of their tenant or server. */
export function readTokens(db: Kysely<Schema>, caller: Caller): Promise<ApiToken[]> {
  return listTokens(db, scopeOf(caller));
}

/**
 * Creates a token. It has no more rights than the sign-in that creates it (scopes, definitions, roles, tenant), and if
 * that is a token, expires no later.
 *
 * @param generate generates the secret, for the tenant that the token's associate is bound to
 * @throws RequestError (forbidden) if the caller may not create such a token; (invalid) if a property is wrong
 */
export async function createToken(
  db: Kysely<Schema>,
  caller: Caller,
  wanted: WantedToken,
  generate: (tenant: string | null) => Secret,
): Promise<{ readonly token: ApiToken; readonly secret: string }> {
  checkMayWrite(caller);
  const { associateId = caller.associateId, name } = wanted;
  checkText('Name', name, 200);
  const isOthers = associateId !== caller.associateId;
  if (isOthers && !isAdministrator(caller))
    throw forbidden`Tokens for other associates are made by administrators.`;
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
 * Revokes a token, and with it every token that it created.
 *
 * @throws RequestError (missing) if there is no such token, or the caller may not see it
 */
export async function revokeToken(db: Kysely<Schema>, caller: Caller, id: number): Promise<void> {
  checkMayWrite(caller);
  if (!(await deleteToken(db, id, scopeOf(caller)))) throw notFound`There is no token ${id}.`;
}

function checkMayWrite(caller: Caller): void {
  const refusal = refusalOf(caller, ACCESS.write);
  if (refusal !== undefined) throw refusal;
}

function scopeOf(caller: Caller): TokenScope {
  const { associateId, tenant } = caller;
  return isAdministrator(caller) ? { tenant } : { associateId, tenant };
}

function scopesFor(caller: Caller, wanted: readonly Scope[] | undefined): readonly Scope[] {
  const scopes = wanted ?? caller.scopes.filter((scope) => scope === 'read' || scope === 'write');
  const excess = scopes.filter((scope) => !caller.scopes.includes(scope));
  if (excess.length > 0)
    throw forbidden`This sign-in can't give the scopes ${excess.join(', ')}: it doesn't have them.`;
  return scopes;
}

/** The definitions of a worker's token, in lower case; `null` for another token. */
function definitionsFor(
  caller: Caller,
  scopes: readonly Scope[],
  wanted: readonly string[] | undefined,
): string[] | null {
  if (!scopes.includes('worker')) {
    if (wanted !== undefined) throw invalid`Definitions is for tokens with the scope worker.`;
    return null;
  }
  if (!isAdministrator(caller)) throw forbidden`Tokens with the scope worker are made by administrators.`;
  if (wanted === undefined)
    throw invalid`Definitions is missing; the names of the definitions that the worker runs are accepted.`;
  for (const name of wanted) checkText(message`A name in Definitions`, name, 100);
  const definitions = wanted.map((name) => name.toLowerCase());
  const excess = definitions.filter((name) => caller.definitions?.includes(name) === false);
  if (excess.length > 0)
    throw forbidden`This sign-in can't give the definitions ${excess.join(', ')}: it doesn't have them.`;
  return definitions;
}

function expiryFor({ token }: Caller, wanted: Date | undefined): Date | null {
  const latest = token?.expires ?? null;
  if (latest !== null && wanted !== undefined && wanted > latest)
    throw invalid`The token would expire after the token that makes it; a time until ${latest} is accepted.`;
  return wanted ?? latest;
}

/** The error for a login that no associate has. */
export function unknownLogin(login: string): RequestError {
  return notFound`There is no associate with the login "${login}".`;
}

/**
 * Replaces the password of an associate and ends the sign-ins that the old one has made. Tokens stay. For operators,
 * whose right is access to the database or its folder.
 *
 * @throws RequestError (missing) if there is no associate with the login
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
