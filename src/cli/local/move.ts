import { readConfig } from '../../config.ts';
import { OperatorError } from '../../core/operator-error.ts';
import type { Database } from '../../db/database.ts';
import { nameOf, openForTransfer } from '../../db/open.ts';
import { forgetMove } from '../../db/transfer/state.ts';
import { moveDatabase } from '../../db/transfer/transfer.ts';
import { openLog } from '../../logger.ts';
import { print } from '../output.ts';
import type { ExitCode } from '../usage.ts';

/** What `move` takes. */
export interface MoveOptions {
  readonly to?: string;
  /** Uses the embedded database again all the same. */
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** `batchline move --to postgres://…`: everything of the embedded database goes into an empty PostgreSQL. */
export async function moveCommand(values: MoveOptions): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog('warn');
  if (config.databaseUrl !== undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      'move takes the embedded database of BATCHLINE_DATA; unset DATABASE_URL',
    );
  if (values.forget === true) return forget();
  const { to } = values;
  if (to === undefined || !/^postgres(ql)?:\/\//.test(to))
    throw new OperatorError(
      'USAGE_INVALID',
      'move needs --to with the address of a PostgreSQL database: postgres://…',
    );
  const target = readConfig({ ...process.env, DATABASE_URL: to });
  const from = await openForTransfer(config, log);
  try {
    const into = await openForTransfer(target, log);
    try {
      const move = { source: nameOf(config), target: nameOf(target) };
      const result = await moveDatabase(from.sql, into.sql, move, ({ table, copied }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${table}: ${copied} rows   `);
      });
      if (process.stderr.isTTY) process.stderr.write('\n');
      if (values.json === true) console.log(JSON.stringify({ ...move, ...result }));
      else {
        for (const { table, rows } of result.tables) console.log(`${table}: ${rows} rows, compared`);
        console.log(`Everything is in ${move.target}. Start with DATABASE_URL set to it.`);
        if (config.files.kind === 'folder')
          console.log(`Files stay in ${config.files.folder}: keep BATCHLINE_FILES on it for every server.`);
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
      const was = await forgetMove(database.sql, nameOf(config));
      const name = nameOf(config);
      const told = was ? `${name} can be used again.` : `${name} was not moved.`;
      print({ Database: name, Forgotten: was }, values.json, told);
      return 0;
    } finally {
      await database.close();
    }
  }
}
