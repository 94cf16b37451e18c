import { type Kysely, type RawBuilder, sql } from 'kysely';
import { SCOPES, type Scope } from '../../domain/caller.ts';
import type { Schema } from '../schema.ts';

/** An API token, without its secret. */
export interface ApiToken {
  readonly id: number;
  readonly associateId: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The definitions, in lower case, that the scope `worker` is for; `null` where it has none. */
  readonly definitions: readonly string[] | null;
  readonly created: Date;
  readonly expires: Date | null;
}

/** Whose tokens are meant: one associate's, or with `tenant` also those of all who are bound to it. */
export interface TokenOwners {
  readonly associateId: number;
  readonly tenant?: string;
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

/** The tokens of these owners, or everybody's, by id. */
export async function listTokens(db: Kysely<Schema>, owners: TokenOwners | undefined): Promise<ApiToken[]> {
  let query = db.selectFrom('batchline.api_token').selectAll().orderBy('id');
  if (owners !== undefined) query = query.where(ownedBy(owners));
  return (await query.execute()).map(toToken);
}

/** Revokes a token; false where the owners (or anybody, where none are given) have no such token. */
export async function deleteToken(
  db: Kysely<Schema>,
  id: number,
  owners: TokenOwners | undefined,
): Promise<boolean> {
  let query = db.deleteFrom('batchline.api_token').where('id', '=', id);
  if (owners !== undefined) query = query.where(ownedBy(owners));
  return (await query.executeTakeFirst()).numDeletedRows > 0n;
}

function ownedBy({ associateId, tenant }: TokenOwners): RawBuilder<boolean> {
  if (tenant === undefined) return sql`associate_id = ${associateId}`;
  return sql`(associate_id = ${associateId}
    or associate_id in (select id from batchline.associate where tenant = ${tenant}))`;
}

function toToken(row: {
  id: number;
  associate_id: number;
  name: string;
  scopes: string[];
  definitions: string[] | null;
  created: Date;
  expires: Date | null;
}): ApiToken {
  return {
    id: row.id,
    associateId: row.associate_id,
    name: row.name,
    scopes: row.scopes.filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope)),
    definitions: row.definitions,
    created: row.created,
    expires: row.expires,
  };
}
