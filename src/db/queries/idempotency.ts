import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** Retention of keys and responses. */
const RETENTION = sql`interval '1 day'`;

/** An idempotency key, its caller, and the fingerprint of the request. */
export interface KeyUse {
  readonly associateId: number;
  readonly key: string;
  readonly fingerprint: string;
}

/** The first use of a key, and the response to it. */
export interface EarlierUse {
  readonly fingerprint: string;
  /** The id of the task, or the ids of a bulk start. */
  readonly answer: number | readonly number[];
  /** True if all tasks of the stored response are deleted. */
  readonly isGone: boolean;
}

/**
 * Claims a key for the request of this transaction. If a concurrent request has the same key, this waits for it.
 *
 * @returns `undefined` if the key is new or has expired, so that this request owns it; otherwise its earlier use
 */
export async function claimKey(trx: Transaction<Schema>, use: KeyUse): Promise<EarlierUse | undefined> {
  const claimed = await sql`
    insert into batchline.idempotency_key as k (associate_id, key, fingerprint)
    values (${use.associateId}, ${use.key}, ${use.fingerprint})
    on conflict (associate_id, key) do update
      set fingerprint = excluded.fingerprint, answer = null, answers = null, created = excluded.created
      where excluded.created - k.created > ${RETENTION}
    returning key`.execute(trx);
  if (claimed.rows.length > 0) return undefined;
  const { rows } = await sql<{
    fingerprint: string;
    answer: number | null;
    answers: number[] | null;
    is_gone: boolean;
  }>`
    select k.fingerprint, k.answer, k.answers,
      greatest(k.answer, (select max(a.id) from unnest(k.answers) as a (id))) > 0 and not exists (
        select 1 from batchline.task as t where t.id = any(coalesce(k.answers, array[k.answer]))
      ) as is_gone
    from batchline.idempotency_key as k
    where associate_id = ${use.associateId} and key = ${use.key}`.execute(trx);
  const row = rows[0];
  return row && { fingerprint: row.fingerprint, answer: row.answers ?? row.answer ?? 0, isGone: row.is_gone };
}

/** Stores the response of the request that owns the key: the id of its task, or the ids of a bulk start. */
export async function storeAnswer(
  trx: Transaction<Schema>,
  use: KeyUse,
  answer: number | readonly number[],
): Promise<void> {
  const [one, many] = typeof answer === 'number' ? [answer, null] : [null, answer];
  await sql`
    update batchline.idempotency_key set answer = ${one}, answers = ${many}::int[]
    where associate_id = ${use.associateId} and key = ${use.key}`.execute(trx);
}

/** Deletes at most `limit` expired keys. Returns their number. */
export async function deleteExpiredKeys(db: Kysely<Schema>, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from batchline.idempotency_key
    where (associate_id, key) in (
      select associate_id, key from batchline.idempotency_key
      where created < now() - ${RETENTION}
      order by created limit ${limit}
      for update skip locked
    )
    returning key`.execute(db);
  return rows.length;
}
