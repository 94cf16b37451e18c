import type { Kysely } from 'kysely';
import { notFound, type RequestError } from '../core/errors.ts';
import { type Associate, findAssociate, updateAssociate } from '../db/queries/account.ts';
import { deleteSignInsOf } from '../db/queries/sign-ins.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';

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
