import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/caller.ts';
import type { ApiTokenTable, Schema } from '../schema.ts';

/** An API token, without its secret. */
export interface ApiToken {
  readonly id: number;
  readonly associateId: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The definitions, in lower case, that the scope `worker` is for; `null` where it has none. */
  readonly definitions: readonly string[] | null;
  /** The token that created it; `null` for none. Revoking that one revokes this one. */
  readonly parentId: number | null;
  /** The upper bound of its roles; `null` for those of the associate. */
  readonly roles: readonly Role[] | null;
  /** The tenant it is bound to; `null` for that of the associate. */
  readonly tenant: string | null;
  readonly created: Date;
  readonly expires: Date | null;
}

/** Filter of tokens. */
export interface TokenScope {
  /** The associate whose tokens they are; `undefined` for all. */
  readonly associateId?: number | undefined;
  /** The tenant that they, or their associates, are bound to; `null` for any. */
  readonly tenant: string | null;
}

/** Keeps a token by its hash. */
export async function insertToken(
  db: Kysely<Schema>,
  token: Omit<ApiToken, 'id' | 'created'> & { readonly hash: string },
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

/** The token with this hash that has not expired, or `undefined`. */
export async function findToken(db: Kysely<Schema>, hash: string): Promise<ApiToken | undefined> {
  const row = await db
    .selectFrom('batchline.api_token')
    .selectAll()
    .where('hash', '=', hash)
    .where((eb) => eb.or([eb('expires', 'is', null), eb('expires', '>', eb.fn<Date>('now'))]))
    .executeTakeFirst();
  return row && toToken(row);
}

/** Lists tokens by id. */
export async function listTokens(
  db: Kysely<Schema>,
  scope: TokenScope = { tenant: null },
): Promise<ApiToken[]> {
  const query = db.selectFrom('batchline.api_token').selectAll().where(isWithin(scope)).orderBy('id');
  return (await query.execute()).map(toToken);
}

/** Revokes a token and all tokens that it created. Returns false if there is no such token. */
export async function deleteToken(
  db: Kysely<Schema>,
  id: number,
  scope: TokenScope = { tenant: null },
): Promise<boolean> {
  const query = db.deleteFrom('batchline.api_token').where('id', '=', id).where(isWithin(scope));
  return (await query.executeTakeFirst()).numDeletedRows > 0n;
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
  };
}
