import type { Kysely } from 'kysely';
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

/** An associate's tokens, or everybody's, by id. */
export async function listTokens(db: Kysely<Schema>, associateId: number | undefined): Promise<ApiToken[]> {
  let query = db.selectFrom('batchline.api_token').selectAll().orderBy('id');
  if (associateId !== undefined) query = query.where('associate_id', '=', associateId);
  return (await query.execute()).map(toToken);
}

/** Revokes a token; false where the associate (or anybody, where none is given) has no such token. */
export async function deleteToken(
  db: Kysely<Schema>,
  id: number,
  associateId: number | undefined,
): Promise<boolean> {
  let query = db.deleteFrom('batchline.api_token').where('id', '=', id);
  if (associateId !== undefined) query = query.where('associate_id', '=', associateId);
  return (await query.executeTakeFirst()).numDeletedRows > 0n;
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
