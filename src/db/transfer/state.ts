import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../core/operator-error.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { type TransferTable, tableName } from './tables.ts';

/** One move: from where to where. Both are what people call them, without passwords. */
export interface Transfer {
  readonly source: string;
  readonly target: string;
}

/**
 * Checks that a database may be used: that no move into it is unfinished, and that it has not been moved away.
 *
 * @throws OperatorError `MOVE_UNFINISHED` or `DATABASE_MOVED`
 */
export async function checkNotTransferred(db: Kysely<Schema>, name: string): Promise<void> {
  const { rows } = await sql<Transfer & { finished: Date | null }>`
    select source, target, finished from batchline.move where finished is null or source = ${name}`.execute(
    db,
  );
  const [move] = rows;
  if (move === undefined) return;
  if (move.finished === null)
    throw new OperatorError(
      'MOVE_UNFINISHED',
      `The move of ${move.source} to ${move.target} has not finished; run batchline move again.`,
    );
  throw new OperatorError(
    'DATABASE_MOVED',
    `${move.source} was moved to ${move.target}: set DATABASE_URL. To use the old one all the same, run batchline move --forget.`,
  );
}

/** Notes in the source that everything has gone to the target. */
export async function recordTransferred(from: Kysely<Schema>, { source, target }: Transfer): Promise<void> {
  await sql`insert into batchline.move (source, target, finished) values (${source}, ${target}, now())
    on conflict (source) do update set target = excluded.target, finished = now()`.execute(from);
}

/** Forgets that a database was moved away. @returns whether it was */
export async function forgetTransfer(from: Kysely<Schema>, source: string): Promise<boolean> {
  const { rows } = await sql`delete from batchline.move where source = ${source} returning 1`.execute(from);
  return rows.length > 0;
}

/**
 * Begins a move into a database, or goes on with the one that was begun from the same source.
 *
 * @returns whether an earlier try is gone on with
 * @throws OperatorError `MOVE_TARGET_IN_USE` if it has data or is the target of another move; `DATABASE_MOVED`
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
        `Into that database ${earlier.source} is moved; an empty one is accepted.`,
      );
    if (earlier.finished !== null)
      throw new OperatorError('DATABASE_MOVED', `${source} has been moved into that database already.`);
    return true;
  }
  const { rows: used } = await sql`
    select 1 from batchline.task union all select 1 from batchline.associate limit 1`.execute(to);
  if (used.length > 0)
    throw new OperatorError(
      'MOVE_TARGET_IN_USE',
      'That database holds tasks or associates already; an empty one is accepted.',
    );
  await inQuietTransaction(to, async (trx) => {
    // What the migrations have laid there comes with the rest.
    for (const table of [...tables].reverse().filter(({ schema }) => schema === 'batchline'))
      await sql`delete from ${tableName(table)}`.execute(trx);
    await sql`insert into batchline.move (source, target) values (${source}, ${target})`.execute(trx);
  });
  return false;
}

/**
 * Ends a move: from now on the database can be used. Due tasks become available at once; the stager promotes the others
 * when they come due.
 */
export async function finishTransfer(to: Kysely<Schema>, source: string): Promise<void> {
  await sql`
    update batchline.task set job_id = null
    where state = ${TaskState.New} and job_id is not null and run_after <= now()`.execute(to);
  await sql`update batchline.move set finished = now() where source = ${source}`.execute(to);
}
