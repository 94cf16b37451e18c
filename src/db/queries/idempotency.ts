import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** How long an answer is kept. */
const KEPT = sql`interval '1 day'`;

/** Whose key it is, and what was sent with it. */
export interface KeyUse {
  readonly associateId: number;
  readonly key: string;
  readonly fingerprint: string;
}

/** What was answered to the call that used the key first. */
export interface EarlierUse {
  readonly fingerprint: string;
  readonly answer: number;
  /** Whether the task of the stored answer has been deleted. */
  readonly isGone: boolean;
}

/**
 * Takes a key for the call that this transaction does. A call with the same key that is under way elsewhere is
 * waited for.
 *
 * @returns `undefined` where the key is new, or older than a day: now it is this call's; else its earlier use
 */
export async function claimKey(trx: Transaction<Schema>, use: KeyUse): Promise<EarlierUse | undefined> {
  const taken = await sql`
    insert into batchline.idempotency_key as k (associate_id, key, fingerprint)
    values (${use.associateId}, ${use.key}, ${use.fingerprint})
    on conflict (associate_id, key) do update
      set fingerprint = excluded.fingerprint, answer = null, created = now()
      where k.created < now() - ${KEPT}
    returning key`.execute(trx);
  if (taken.rows.length > 0) return undefined;
  const { rows } = await sql<EarlierUse>`
    select k.fingerprint, k.answer,
      k.answer > 0 and not exists (select 1 from batchline.task as t where t.id = k.answer) as "isGone"
    from batchline.idempotency_key as k
    where associate_id = ${use.associateId} and key = ${use.key}`.execute(trx);
  return rows[0];
}

/** Keeps the answer of the call that holds the key. */
export async function storeAnswer(trx: Transaction<Schema>, use: KeyUse, answer: number): Promise<void> {
  await sql`
    update batchline.idempotency_key set answer = ${answer}
    where associate_id = ${use.associateId} and key = ${use.key}`.execute(trx);
}

/** Deletes keys that are older than a day, at most `limit`. Resolves to how many there were. */
export async function deleteExpiredKeys(db: Kysely<Schema>, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from batchline.idempotency_key
    where (associate_id, key) in (
      select associate_id, key from batchline.idempotency_key
      where created < now() - interval '1 day'
      order by created limit ${limit}
      for update skip locked
    )
    returning key`.execute(db);
  return rows.length;
}
