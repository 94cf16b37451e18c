import type { Kysely } from 'kysely';
import { ACCESS, type Caller, isAdministrator, type Scope } from '../core/access.ts';
import {
  type Actor,
  type AdministrationChange,
  actorOf,
  changesBetween,
  OPERATOR,
  type Properties,
} from '../core/administration.ts';
import { forbidden, invalid, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import {
  type ApiToken,
  type Associate,
  deleteToken,
  getAssociate,
  insertToken,
  listTokens,
  type TokenScope,
} from '../db/queries/account.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { requireAccess } from './access.ts';
import { generateToken, hashToken } from './secrets.ts';

/** The dependencies of the token service. */
export interface TokenDeps {
  readonly db: Kysely<Schema>;
  /** The default tenant. */
  readonly serialNumber: string;
}

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

/** A new token and its secret. */
export interface IssuedToken {
  readonly token: ApiToken;
  readonly secret: string;
}

/** Maximum lifetime of a new token, in days. */
export const MAX_TOKEN_DAYS = 3650;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Lists the tokens that the caller may see: their own, or for administrators, all of the tenant or the server. */
export function readTokens({ db }: TokenDeps, caller: Caller): Promise<ApiToken[]> {
  return listTokens(db, scopeOf(caller));
}

/**
 * Creates a token. It has no more rights than the sign-in that creates it (scopes, definitions, roles, tenant), and if
 * that is a token, expires no later.
 *
 * @throws RequestError (forbidden) if the caller may not create such a token; (invalid) if a property is invalid
 */
export async function createToken(
  { db, serialNumber }: TokenDeps,
  caller: Caller,
  wanted: WantedToken,
): Promise<IssuedToken> {
  requireAccess(caller, ACCESS.write);
  const { associateId = caller.associateId, name } = wanted;
  checkText('Name', name, 200);
  const isOthers = associateId !== caller.associateId;
  if (isOthers && !isAdministrator(caller))
    throw forbidden`Only administrators can create tokens for other associates.`;
  const limits = limitToken(caller, wanted, new Date());
  const associate = await getAssociate(db, associateId);
  if (associate === undefined || (isOthers && caller.tenant !== null && associate.tenant !== caller.tenant))
    throw invalid`AssociateId is ${associateId}, but there is no such associate.`;
  return issueToken({ db, serialNumber }, actorOf(caller), associate, {
    name,
    ...limits,
    parentId: caller.token?.id ?? null,
    roles: caller.narrowed && !isOthers ? caller.roles : null,
    tenant: associate.tenant === null ? caller.tenant : null,
  });
}

/** Creates a token of an associate. Returns it with its secret, of which only the hash is stored. Checks no rights. */
export async function issueToken(
  { db, serialNumber }: TokenDeps,
  actor: Actor,
  associate: Associate,
  properties: Omit<Parameters<typeof insertToken>[1], 'associateId' | 'hash'>,
): Promise<IssuedToken> {
  const secret = generateToken(associate.tenant ?? serialNumber);
  const token = await inQuietTransaction(db, async (trx) => {
    const inserted = await insertToken(trx, {
      ...properties,
      associateId: associate.id,
      hash: hashToken(secret),
    });
    await record(
      trx,
      actor,
      inserted,
      associate,
      'Create',
      changesBetween({}, recordedOf(inserted, associate)),
    );
    return inserted;
  });
  return { token, secret };
}

/** The properties of a token in the audit of administration. */
function recordedOf({ scopes, definitions, expires }: ApiToken, owner: Associate | undefined): Properties {
  return { Owner: owner?.login, Scopes: scopes, Definitions: definitions, Expires: expires };
}

function record(
  trx: Kysely<Schema>,
  actor: Actor,
  { id: objectId, name: objectName, tenant }: ApiToken,
  owner: Associate | undefined,
  action: AdministrationChange['action'],
  changes: AdministrationChange['changes'],
): Promise<void> {
  const ofTenant = tenant ?? owner?.tenant ?? null;
  const change = { kind: 'Token', action, objectId, objectName, tenant: ofTenant, changes } as const;
  return insertAdministrationAudit(trx, actor, change);
}

/**
 * Revokes a token and all tokens created with it.
 *
 * @throws RequestError (notFound) if there is no such token, or the caller may not see it
 */
export async function revokeToken({ db }: TokenDeps, caller: Caller, id: number): Promise<void> {
  requireAccess(caller, ACCESS.write);
  await removeToken({ db }, id, scopeOf(caller), actorOf(caller));
}

/**
 * Revokes a token in this scope, by default any token, and all tokens created with it. Checks no rights.
 *
 * @throws RequestError (notFound) if there is no such token
 */
export async function removeToken(
  { db }: Pick<TokenDeps, 'db'>,
  id: number,
  scope?: TokenScope,
  actor: Actor = OPERATOR,
): Promise<void> {
  await inQuietTransaction(db, async (trx) => {
    const deleted = await deleteToken(trx, id, scope);
    if (deleted === undefined) throw notFound`There is no token ${id}.`;
    const owner = await getAssociate(trx, deleted.associateId);
    await record(trx, actor, deleted, owner, 'Delete', changesBetween(recordedOf(deleted, owner), {}));
  });
}

/** Returns the expiry of a token that is created now and valid for this many days. */
export function expiryAfterDays(days: number, now: Date): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

function scopeOf(caller: Caller): TokenScope {
  const { associateId, tenant } = caller;
  return isAdministrator(caller) ? { tenant } : { associateId, tenant };
}

/** The scopes, definitions and expiry of a new token. */
type TokenLimits = Pick<ApiToken, 'scopes' | 'definitions' | 'expires'>;

/**
 * Returns the limits of a new token: those that the caller wants, if the credentials of the caller have them too.
 *
 * @throws RequestError (forbidden) if the credentials have less; (invalid) if a property is invalid
 */
export function limitToken(caller: Caller, wanted: WantedToken, now: Date): TokenLimits {
  const scopes = scopesFor(caller, wanted.scopes);
  const definitions = definitionsFor(caller, scopes, wanted.definitions);
  return { scopes, definitions, expires: expiryFor(caller, wanted.expires, now) };
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

function expiryFor({ token }: Caller, wanted: Date | undefined, now: Date): Date | null {
  if (wanted !== undefined && (wanted <= now || wanted.getTime() - now.getTime() > MAX_TOKEN_DAYS * DAY_MS))
    throw invalid`Expires is ${wanted}; a time in the next ${MAX_TOKEN_DAYS} days is accepted.`;
  const latest = token?.expires ?? null;
  if (latest !== null && wanted !== undefined && wanted > latest)
    throw invalid`A token can't expire after the token that creates it; the latest time is ${latest}.`;
  return wanted ?? latest;
}
