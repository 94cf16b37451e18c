import { readConfig } from '../../config.ts';
import { OperatorError } from '../../core/operator-error.ts';
import type { Database } from '../../db/database.ts';
import { nameOf, openForTransfer } from '../../db/open.ts';
import { forgetTransfer } from '../../db/transfer/state.ts';
import { transferDatabase } from '../../db/transfer/transfer.ts';
import { openLog } from '../../logger.ts';
import { print } from '../output.ts';
import type { ExitCode } from '../usage.ts';

/** Options of `move`. */
export interface MoveOptions {
  readonly to?: string;
  /** Allows the embedded database to be used again. */
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** `batchline move --to postgres://…`: copies the embedded database to an empty PostgreSQL database. */
export async function moveCommand(values: MoveOptions): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog('warn');
  if (config.databaseUrl !== undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      'move copies the embedded database in BATCHLINE_DATA; unset DATABASE_URL',
    );
  if (values.forget === true) return forget();
  const { to } = values;
  if (to === undefined || !/^postgres(ql)?:\/\//.test(to))
    throw new OperatorError(
      'USAGE_INVALID',
      'move requires --to with the address of a PostgreSQL database: postgres://…',
    );
  const target = readConfig({ ...process.env, DATABASE_URL: to });
  const from = await openForTransfer(config, log);
  try {
    const into = await openForTransfer(target, log);
    try {
      const move = { source: nameOf(config), target: nameOf(target) };
      const result = await transferDatabase(from.sql, into.sql, move, ({ table, copied }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${table}: ${copied} rows   `);
      });
      if (process.stderr.isTTY) process.stderr.write('\n');
      if (values.json === true) console.log(JSON.stringify({ ...move, ...result }));
      else {
        for (const { table, rows } of result.tables)
          console.log(`${table}: ${rows} rows copied and verified`);
        console.log(`Moved the database to ${move.target}. Set DATABASE_URL to it and start the server.`);
        if (config.files.kind === 'folder')
          console.log(`Files remain in ${config.files.folder}: set BATCHLINE_FILES to it on each server.`);
      }
      return 0;
    } finally {
      await into.close();
    }
  } finally {
    await from.close();
  }

  async function forget(): Promise<ExitCode> {
    const database: Database = await openForTransfer(config, log);
    try {
      const name = nameOf(config);
      const wasMoved = await forgetTransfer(database.sql, name);
      const text = wasMoved ? `${name} can be used again.` : `${name} has not been moved.`;
      print({ Database: name, Forgotten: wasMoved }, values.json, text);
      return 0;
    } finally {
      await database.close();
    }
  }
}
