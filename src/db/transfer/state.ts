import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../core/operator-error.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { type TransferTable, tableName } from './tables.ts';

/** A transfer between two databases, by their display names (`nameOf`). */
export interface Transfer {
  readonly source: string;
  readonly target: string;
}

/**
 * Checks that a database may be used: no transfer into it is unfinished, and it was not transferred to another one.
 *
 * @throws OperatorError `MOVE_UNFINISHED` or `DATABASE_MOVED`
 */
export async function checkNotTransferred(db: Kysely<Schema>, name: string): Promise<void> {
  const { rows } = await sql<Transfer & { finished: Date | null }>`
    select source, target, finished from batchline.move where finished is null or source = ${name}`.execute(
    db,
  );
  const [transfer] = rows;
  if (transfer === undefined) return;
  if (transfer.finished === null)
    throw new OperatorError(
      'MOVE_UNFINISHED',
      `The move of ${transfer.source} to ${transfer.target} has not finished; run batchline move again.`,
    );
  throw new OperatorError(
    'DATABASE_MOVED',
    `${transfer.source} was moved to ${transfer.target}: set DATABASE_URL. To use the old database again, run batchline move --forget.`,
  );
}

/** Records in the source that it was transferred. */
export async function recordTransferred(from: Kysely<Schema>, { source, target }: Transfer): Promise<void> {
  await sql`insert into batchline.move (source, target, finished) values (${source}, ${target}, now())
    on conflict (source) do update set target = excluded.target, finished = now()`.execute(from);
}

/** Deletes the record that a database was transferred. Returns false if there was none. */
export async function forgetTransfer(from: Kysely<Schema>, source: string): Promise<boolean> {
  const { rows } = await sql`delete from batchline.move where source = ${source} returning 1`.execute(from);
  return rows.length > 0;
}

/**
 * Begins a transfer into a database, or resumes an unfinished one from the same source.
 *
 * @returns true if it resumes one
 * @throws OperatorError `MOVE_TARGET_IN_USE` if it has data or is the target of another transfer; `DATABASE_MOVED`
 */
export async function beginTransfer(
  to: Kysely<Schema>,
  { source, target }: Transfer,
  tables: readonly TransferTable[],
): Promise<boolean> {
  const { rows } = await sql<{ source: string; finished: Date | null }>`
    select source, finished from batchline.move`.execute(to);
  const [earlier] = rows;
  if (earlier !== undefined) {
    if (earlier.source !== source)
      throw new OperatorError(
        'MOVE_TARGET_IN_USE',
        `The target database is the target of an unfinished move of ${earlier.source}; an empty one is accepted.`,
      );
    if (earlier.finished !== null)
      throw new OperatorError('DATABASE_MOVED', `${source} was already moved into the target database.`);
    return true;
  }
  const { rows: used } = await sql`
    select 1 from batchline.task union all select 1 from batchline.associate limit 1`.execute(to);
  if (used.length > 0)
    throw new OperatorError(
      'MOVE_TARGET_IN_USE',
      'The target database has tasks or associates; an empty one is accepted.',
    );
  await inQuietTransaction(to, async (trx) => {
    // The source has the rows that migrations inserted here.
    for (const table of [...tables].reverse().filter(({ schema }) => schema === 'batchline'))
      await sql`delete from ${tableName(table)}`.execute(trx);
    await sql`insert into batchline.move (source, target) values (${source}, ${target})`.execute(trx);
  });
  return false;
}

/**
 * Finishes a transfer, so that servers can use the database. Due tasks become available at once; the stager promotes the
 * others when they are due.
 */
export async function finishTransfer(to: Kysely<Schema>, source: string): Promise<void> {
  await sql`
    update batchline.task set job_id = null
    where state = ${TaskState.New} and job_id is not null and run_after <= now()`.execute(to);
  await sql`update batchline.move set finished = now() where source = ${source}`.execute(to);
}
