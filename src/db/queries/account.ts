import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/access.ts';
import { conflict } from '../../core/errors.ts';
import type { ApiTokenTable, ApplicationTable, AssociateTable, Schema } from '../schema.ts';

/** An account. */
export interface Associate {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly Role[];
  /** The tenant that the associate is restricted to; null for none. */
  readonly tenant: string | null;
  readonly disabled: boolean;
  /** To the minute; null if there was none since it is recorded. */
  readonly lastSignIn: Date | null;
  readonly lastSignInBy: SignInMeans | null;
}

/** The means of a sign-in: a password in the page or for a ticket, the OIDC provider, Basic, or a JWT. */
export type SignInMeans = 'password' | 'oidc' | 'basic' | 'jwt';

/** An associate to insert. */
export type NewAssociate = Omit<Associate, 'id' | 'disabled' | 'lastSignIn' | 'lastSignInBy'>;

/** Counts the associates. */
export async function countAssociates(db: Kysely<Schema>): Promise<number> {
  const { n } = await db
    .selectFrom('batchline.associate')
    .select((eb) => eb.fn.countAll<number | string>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/**
 * Inserts an associate.
 *
 * @throws RequestError (conflict) if the login is taken
 */
export async function insertAssociate(db: Kysely<Schema>, associate: NewAssociate): Promise<Associate> {
  const row = await db
    .insertInto('batchline.associate')
    .values({
      login: associate.login,
      login_key: associate.login.toLowerCase(),
      name: associate.name,
      password_hash: associate.passwordHash,
      roles: [...associate.roles],
      tenant: associate.tenant,
    })
    .onConflict((oc) => oc.column('login_key').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw conflict`There is an associate with the login "${associate.login}" already.`;
  return toAssociate(row);
}

/** Returns the associate with this id, or `undefined`. */
export async function getAssociate(db: Kysely<Schema>, id: number): Promise<Associate | undefined> {
  const row = await db.selectFrom('batchline.associate').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAssociate(row);
}

/** Returns the associate with this login, regardless of case, or `undefined`. */
export async function findAssociate(db: Kysely<Schema>, login: string): Promise<Associate | undefined> {
  const row = await db
    .selectFrom('batchline.associate')
    .selectAll()
    .where('login_key', '=', login.toLowerCase())
    .executeTakeFirst();
  return row && toAssociate(row);
}

/** Lists all associates, or those of one tenant, by login. */
export async function listAssociates(db: Kysely<Schema>, tenant: string | null = null): Promise<Associate[]> {
  let query = db.selectFrom('batchline.associate').selectAll().orderBy('login_key');
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  return (await query.execute()).map(toAssociate);
}

/** Changes the given properties of an associate. Returns `undefined` if there is no such associate. */
export async function updateAssociate(
  db: Kysely<Schema>,
  id: number,
  change: {
    readonly passwordHash?: string | undefined;
    readonly disabled?: boolean | undefined;
    readonly roles?: readonly Role[] | undefined;
  },
): Promise<Associate | undefined> {
  const row = await db
    .updateTable('batchline.associate')
    .set((eb) => ({
      password_hash: change.passwordHash ?? eb.ref('password_hash'),
      disabled: change.disabled ?? eb.ref('disabled'),
      roles: change.roles === undefined ? eb.ref('roles') : eb.val([...change.roles]),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && toAssociate(row);
}

function toAssociate(row: Selectable<AssociateTable>): Associate {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    passwordHash: row.password_hash,
    roles: row.roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role)),
    tenant: row.tenant,
    disabled: row.disabled,
    lastSignIn: row.last_sign_in,
    lastSignInBy: row.last_sign_in_by as SignInMeans | null,
  };
}

/** Records a sign-in of an associate. Writes at most once a minute. */
export async function recordSignIn(db: Kysely<Schema>, id: number, by: SignInMeans): Promise<void> {
  await db
    .updateTable('batchline.associate')
    .set({ last_sign_in: sql<Date>`now()`, last_sign_in_by: by })
    .where('id', '=', id)
    .where(isMinuteAgo('last_sign_in'))
    .execute();
}

/** True if the time in the column is at least a minute ago, or null. */
function isMinuteAgo(column: 'last_sign_in' | 'last_used'): RawBuilder<boolean> {
  return sql`(${sql.ref(column)} is null or now() - ${sql.ref(column)} >= interval '1 minute')`;
}

/** A registered application, without its token. */
export interface Application {
  readonly id: number;
  readonly name: string;
  /** Maximum scopes of its calls; null sets no limit. */
  readonly scopes: readonly Scope[] | null;
  readonly created: Date;
}

/** Registers an application by the hash of its token. */
export async function insertApplication(
  db: Kysely<Schema>,
  application: { readonly name: string; readonly hash: string; readonly scopes: readonly Scope[] | null },
): Promise<Application> {
  const row = await db
    .insertInto('batchline.application')
    .values({
      name: application.name,
      hash: application.hash,
      scopes: application.scopes && [...application.scopes],
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toApplication(row);
}

/** Returns the application whose token has this hash, or `undefined`. */
export async function findApplication(db: Kysely<Schema>, hash: string): Promise<Application | undefined> {
  const row = await db
    .selectFrom('batchline.application')
    .selectAll()
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row && toApplication(row);
}

/** Lists all applications by id. */
export async function listApplications(db: Kysely<Schema>): Promise<Application[]> {
  const rows = await db.selectFrom('batchline.application').selectAll().orderBy('id').execute();
  return rows.map(toApplication);
}

/** Deletes an application. Returns `undefined` if there is none. */
export async function deleteApplication(db: Kysely<Schema>, id: number): Promise<Application | undefined> {
  const row = await db
    .deleteFrom('batchline.application')
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && toApplication(row);
}

function toApplication(row: Selectable<ApplicationTable>): Application {
  return {
    id: row.id,
    name: row.name,
    scopes:
      row.scopes?.filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope)) ?? null,
    created: row.created,
  };
}

/** An API token, without its secret. */
export interface ApiToken {
  readonly id: number;
  readonly associateId: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The definitions, in lower case, that the scope `worker` is limited to; `null` without that scope. */
  readonly definitions: readonly string[] | null;
  /** The token that created it, or `null`. Revoking that token revokes this one. */
  readonly parentId: number | null;
  /** Maximum roles; `null` for those of the associate. */
  readonly roles: readonly Role[] | null;
  /** The tenant that it is restricted to; `null` for that of the associate. */
  readonly tenant: string | null;
  readonly created: Date;
  readonly expires: Date | null;
  /** To the minute; null if it was not used since that is recorded. */
  readonly lastUsed: Date | null;
}

/** Filter for tokens. */
export interface TokenScope {
  /** Owner of the tokens; `undefined` for all. */
  readonly associateId?: number | undefined;
  /** The tenant that the tokens or their owners are restricted to; `null` for any. */
  readonly tenant: string | null;
}

/** Inserts a token. */
export async function insertToken(
  db: Kysely<Schema>,
  token: Omit<ApiToken, 'id' | 'created' | 'lastUsed'> & { readonly hash: string },
): Promise<ApiToken> {
  const row = await db
    .insertInto('batchline.api_token')
    .values({
      associate_id: token.associateId,
      name: token.name,
      hash: token.hash,
      scopes: [...token.scopes],
      definitions: token.definitions === null ? null : [...token.definitions],
      parent_id: token.parentId,
      roles: token.roles === null ? null : [...token.roles],
      tenant: token.tenant,
      expires: token.expires,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toToken(row);
}

/** Returns the unexpired token with this hash, or `undefined`. */
export async function findToken(db: Kysely<Schema>, hash: string): Promise<ApiToken | undefined> {
  const row = await db
    .selectFrom('batchline.api_token')
    .selectAll()
    .where('hash', '=', hash)
    .where((eb) => eb.or([eb('expires', 'is', null), eb('expires', '>', eb.fn<Date>('now'))]))
    .executeTakeFirst();
  return row && toToken(row);
}

/** Records a use of a token. Writes at most once a minute. */
export async function recordTokenUse(db: Kysely<Schema>, id: number): Promise<void> {
  await db
    .updateTable('batchline.api_token')
    .set({ last_used: sql<Date>`now()` })
    .where('id', '=', id)
    .where(isMinuteAgo('last_used'))
    .execute();
}

/** Lists tokens by id. */
export async function listTokens(
  db: Kysely<Schema>,
  scope: TokenScope = { tenant: null },
): Promise<ApiToken[]> {
  const query = db.selectFrom('batchline.api_token').selectAll().where(isWithin(scope)).orderBy('id');
  return (await query.execute()).map(toToken);
}

/** Revokes a token and all tokens that it created. Returns `undefined` if there is none. */
export async function deleteToken(
  db: Kysely<Schema>,
  id: number,
  scope: TokenScope = { tenant: null },
): Promise<ApiToken | undefined> {
  const query = db.deleteFrom('batchline.api_token').where('id', '=', id).where(isWithin(scope));
  const row = await query.returningAll().executeTakeFirst();
  return row && toToken(row);
}

function isWithin({ associateId, tenant }: TokenScope): RawBuilder<boolean> {
  const isOfAssociate = associateId === undefined ? sql`true` : sql`associate_id = ${associateId}`;
  const isOfTenant =
    tenant === null
      ? sql`true`
      : sql`coalesce(tenant,
          (select a.tenant from batchline.associate as a where a.id = associate_id)) = ${tenant}`;
  return sql`(${isOfAssociate} and ${isOfTenant})`;
}

function toToken(row: Selectable<ApiTokenTable>): ApiToken {
  return {
    id: row.id,
    associateId: row.associate_id,
    name: row.name,
    scopes: row.scopes.filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope)),
    definitions: row.definitions,
    parentId: row.parent_id,
    roles: row.roles && ROLES.filter((role) => row.roles?.includes(role)),
    tenant: row.tenant,
    created: row.created,
    expires: row.expires,
    lastUsed: row.last_used,
  };
}
