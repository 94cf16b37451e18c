import { join } from 'node:path';
import { readConfig } from '../../config.ts';
import { OperatorError } from '../../core/errors.ts';
import { openDatabase } from '../../db/open.ts';
import type { CellRecord } from '../../db/queries/cell.ts';
import { openStore } from '../../files/open.ts';
import { openLog } from '../../logger.ts';
import { StatisticsRollup } from '../../queue/statistics-rollup.ts';
import { cancelMove, type MoveDeps, moveTenant, type OpenCell } from '../../services/tenant-move.ts';
import { type ExitCode, print } from '../output.ts';
import { withControl } from './cells.ts';

/** Options of `tenant move`. */
export interface MoveTenantOptions {
  readonly to?: string;
  readonly drainSeconds?: string;
  /** Takes back a move that has not switched yet. */
  readonly cancel?: boolean;
  readonly json?: boolean;
}

const DEFAULT_DRAIN_SECONDS = 60;

/** `batchline tenant move TENANT --to CELL`: moves a tenant while it works. */
export async function moveTenantCommand(
  tenant: string,
  { to, drainSeconds: drain, cancel, json }: MoveTenantOptions,
): Promise<ExitCode> {
  const drainSeconds = drain === undefined ? DEFAULT_DRAIN_SECONDS : Number(drain);
  if (!(Number.isInteger(drainSeconds) && drainSeconds >= 0 && drainSeconds <= 86_400))
    throw new OperatorError(
      'USAGE_INVALID',
      `--drain-seconds is "${drain}"; a whole number from 0 to 86400 is accepted`,
    );
  if (cancel !== true && to === undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      'tenant move requires --to with the name of a cell, or --cancel',
    );
  return withControl<ExitCode>(async (control) => {
    const deps = { control, openCell, drainSeconds, onProgress };
    if (cancel === true) return cancelled(deps);
    const moved = await moveTenant(deps, tenant, to ?? '');
    const rows = moved.tables.reduce((sum, table) => sum + table.rows, 0);
    print(
      { DatabaseSerialNumber: moved.tenant, From: moved.from, To: moved.to, Tables: moved.tables },
      json,
      `Moved ${moved.tenant} from ${moved.from} to ${moved.to}: ${rows} rows copied and verified.`,
    );
    return 0;
  });

  async function cancelled(deps: MoveDeps): Promise<ExitCode> {
    const move = await cancelMove(deps, tenant);
    print(
      { DatabaseSerialNumber: tenant, Cell: move.from },
      json,
      `${tenant} stays in the cell ${move.from}.`,
    );
    return 0;
  }
}

/** Opens a cell with the settings of this command, but its own database and files. */
export async function openCell({ name, database: url, schema, files }: CellRecord): Promise<OpenCell> {
  const { BATCHLINE_CELL: _, BATCHLINE_FILES: _files, ...env } = process.env;
  const config = readConfig({
    ...env,
    DATABASE_URL: url,
    BATCHLINE_SCHEMA: schema,
    ...(files === null ? {} : { BATCHLINE_FILES: files }),
  });
  const database = await openDatabase(config, openLog('warn'));
  try {
    const scratch = join(config.dataFolder, 'scratch', `move-${name}`);
    const maxBytes = Math.max(config.uploadLimit, config.resultLimit);
    const store = files === null ? undefined : await openStore(config.files, scratch, maxBytes);
    return {
      database,
      store,
      countEvents: () =>
        new StatisticsRollup(database, config.retention.statistics, openLog('warn')).count(new Date()),
      async close() {
        await store?.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function onProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}
