import type { Kysely, Selectable } from 'kysely';
import { ROLES, type Role } from '../../core/caller.ts';
import { conflict } from '../../core/errors.ts';
import type { AssociateTable, Schema } from '../schema.ts';

/** Somebody who may sign in. */
export interface Associate {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly Role[];
  /** The one tenant that the associate is bound to; null for any. */
  readonly tenant: string | null;
  readonly disabled: boolean;
}

/** An associate to be made. */
export type NewAssociate = Omit<Associate, 'id' | 'disabled'>;

/** How many associates there are. */
export async function countAssociates(db: Kysely<Schema>): Promise<number> {
  const { n } = await db
    .selectFrom('batchline.associate')
    .select((eb) => eb.fn.countAll<number | string>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/**
 * Makes an associate.
 *
 * @throws RequestError (conflict) where the login is taken
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

/** The associate with this id, or `undefined`. */
export async function getAssociate(db: Kysely<Schema>, id: number): Promise<Associate | undefined> {
  const row = await db.selectFrom('batchline.associate').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAssociate(row);
}

/** The associate with this login, in any casing, or `undefined`. */
export async function findAssociate(db: Kysely<Schema>, login: string): Promise<Associate | undefined> {
  const row = await db
    .selectFrom('batchline.associate')
    .selectAll()
    .where('login_key', '=', login.toLowerCase())
    .executeTakeFirst();
  return row && toAssociate(row);
}

/** Every associate, or those bound to a tenant, by login. */
export async function listAssociates(db: Kysely<Schema>, tenant: string | null = null): Promise<Associate[]> {
  let query = db.selectFrom('batchline.associate').selectAll().orderBy('login_key');
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  return (await query.execute()).map(toAssociate);
}

/** Changes what is given of an associate; `undefined` where there is none. */
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
  };
}
