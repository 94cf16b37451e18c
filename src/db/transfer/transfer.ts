import type { Kysely } from 'kysely';
import { OperatorError } from '../../core/operator-error.ts';
import type { Schema } from '../schema.ts';
import { sumRows } from './compare-rows.ts';
import { copyRows } from './copy-rows.ts';
import { makeDataTable } from './make-data-table.ts';
import { copySequences } from './sequences.ts';
import { beginMove, finishMove, type Move, noteMoved } from './state.ts';
import { listTables } from './tables.ts';

/** What is told of a move as it goes on. */
export interface MoveProgress {
  readonly table: string;
  /** Rows that were copied in this try. */
  readonly copied: number;
}

/** What a move has brought. */
export interface MoveResult {
  /** Whether an earlier try was gone on with. */
  readonly resumed: boolean;
  /** Rows of each table, as they are in both databases. */
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly checksum: string }[];
}

/**
 * Moves everything from one database into another, empty one: copies every table, sets the counters of ids, and
 * compares counts and checksums. Nobody else may write to either meanwhile. Where it is cut, the next try goes on;
 * until it has finished no server starts on the target.
 *
 * @throws OperatorError `MOVE_TARGET_IN_USE`, or `MOVE_MISMATCH` if a table differs after the copy
 */
export async function moveDatabase(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  move: Move,
  told: (progress: MoveProgress) => void,
): Promise<MoveResult> {
  const tables = await listTables(from);
  const resumed = await beginMove(to, move, tables);
  for (const table of tables) {
    if (table.schema !== 'batchline') await makeDataTable(from, to, table);
    let copied = 0;
    await copyRows(from, to, table, (rows) => {
      copied += rows;
      told({ table: `${table.schema}.${table.name}`, copied });
    });
  }
  await copySequences(from, to);
  const compared = [];
  for (const table of tables) {
    const [here, there] = [await sumRows(from, table), await sumRows(to, table)];
    const name = `${table.schema}.${table.name}`;
    if (here.rows !== there.rows || here.checksum !== there.checksum)
      throw new OperatorError(
        'MOVE_MISMATCH',
        `${name} differs after the copy: ${here.rows} rows here (${here.checksum}), ${there.rows} there (${there.checksum}). Empty the target and try again.`,
      );
    compared.push({ table: name, ...here });
  }
  await finishMove(to, move.source);
  await noteMoved(from, move);
  return { resumed, tables: compared };
}
