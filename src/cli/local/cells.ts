import { type Config, readConfig } from '../../config.ts';
import { CELL_NAME_RULE, DEFAULT_CELL_IDS, isCellName, placeOf } from '../../core/cells.ts';
import { OperatorError } from '../../core/errors.ts';
import { type Control, createControlTables, openControl } from '../../db/control.ts';
import { openDatabase } from '../../db/open.ts';
import {
  type CellRecord,
  deleteCell,
  insertCell,
  insertPlacement,
  listCells,
  listPlacements,
  readCellMap,
  reserveIds,
  saveMap,
  usedIds,
} from '../../db/queries/cell.ts';
import { syncAccounts } from '../../db/queries/shared-account.ts';
import { inQuietTransaction } from '../../db/transaction.ts';
import { openLog } from '../../logger.ts';
import type { Candidate, ListNames } from '../completion.ts';
import { type ExitCode, print } from '../output.ts';
import { printTable } from '../table.ts';

/** Opens the control database, whose tables are created if they don't exist. @throws OperatorError `USAGE_INVALID` */
export async function withControl<T>(work: (control: Control, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  if (config.controlUrl === undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      'BATCHLINE_CONTROL_URL is not set; the address of the control database is accepted',
    );
  const control = openControl(config.controlUrl);
  try {
    await createControlTables(control);
    return await work(control, config);
  } finally {
    await control.destroy();
  }
}

/** Options of `cell add`. */
export interface AddCellOptions {
  readonly endpoint: string;
  readonly ids?: string;
  readonly json?: boolean;
}

/** `batchline cell add NAME`: registers the database of the settings as a cell, and reserves ids for it. */
export async function addCell(name: string, { endpoint, ids, json }: AddCellOptions): Promise<ExitCode> {
  if (!isCellName(name))
    throw new OperatorError('USAGE_INVALID', `"${name}" is not a name of a cell; ${CELL_NAME_RULE}`);
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new OperatorError(
      'USAGE_INVALID',
      `--endpoint is "${endpoint}"; an address such as https://a.example.com is accepted`,
    );
  const idCount = ids === 'all' ? ids : ids === undefined ? DEFAULT_CELL_IDS : Number(ids);
  if (idCount !== 'all' && !(Number.isInteger(idCount) && idCount >= 1000))
    throw new OperatorError(
      'USAGE_INVALID',
      `--ids is "${ids}"; all, or a whole number of 1000 or more is accepted`,
    );
  return withControl<ExitCode>(async (control, config) => {
    const { databaseUrl, databaseSchema: schema } = config;
    if (databaseUrl === undefined)
      throw new OperatorError('USAGE_INVALID', 'DATABASE_URL is not set; a cell requires PostgreSQL');
    const database = await openDatabase(config, openLog('warn'));
    try {
      const known = (await listCells(control)).some((cell) => cell.name === name);
      const { cell, idBase } = await insertCell(control, {
        name,
        endpoint: endpoint.replace(/\/+$/, ''),
        database: databaseUrl,
        schema,
        files: process.env.BATCHLINE_FILES ?? null,
        idCount,
        used: await usedIds(database.sql),
      });
      await inQuietTransaction(database.sql, (trx) =>
        reserveIds(trx, cell.ids, idBase, !known && !cell.isDefault),
      );
      // Servers of another cell that start at once must not create an administrator of their own.
      const map = await readCellMap(control, undefined);
      if (map !== undefined) await saveMap(database.sql, map);
      await syncAccounts(database.sql, control);
      print(
        toJson(cell),
        json,
        `${known ? 'Changed' : 'Added'} the cell ${name}, with the ids from ${cell.ids.first} to ${cell.ids.last}. Start its servers with BATCHLINE_CELL=${name}.`,
      );
      return 0;
    } finally {
      await database.close();
    }
  });
}

/** `batchline cell list`: prints name, address, ids and number of placed tenants of all cells. */
export async function listAllCells({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  return withControl<ExitCode>(async (control) => {
    const placements = await listPlacements(control);
    const items = (await listCells(control)).map((cell) => ({
      ...toJson(cell),
      Tenants: placements.filter((one) => one.cell === cell.name).length,
    }));
    printTable(items, { json, none: 'No cells.' }, [
      { head: 'Name', of: (cell) => cell.Name },
      { head: 'Endpoint', of: (cell) => cell.Endpoint },
      { head: 'Ids', of: (cell) => `${cell.FirstId}-${cell.LastId}` },
      { head: 'Tenants', of: (cell) => cell.Tenants, right: true },
      { head: 'Default', of: (cell) => (cell.IsDefault ? 'default' : '') },
    ]);
    return 0;
  });
}

/** `batchline cell remove NAME`: removes a cell without tenants from the control database. Its own data stays. */
export async function removeCell(name: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  return withControl<ExitCode>(async (control) => {
    await deleteCell(control, name);
    print({ Name: name }, json, `Removed the cell ${name}. Its schema still exists.`);
    return 0;
  });
}

/** `batchline tenant list`: prints the tenants that are placed, with their cells and moves. */
export async function listTenants({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  return withControl<ExitCode>(async (control) => {
    const items = (await listPlacements(control)).map(({ tenant, cell, move }) => ({
      DatabaseSerialNumber: tenant,
      Cell: cell,
      Move: move && { From: move.from, To: move.to, Phase: move.phase },
    }));
    printTable(items, { json, none: 'No tenants are placed.' }, [
      { head: 'Tenant', of: (one) => one.DatabaseSerialNumber },
      { head: 'Cell', of: (one) => one.Cell },
      {
        head: 'Move',
        of: ({ Move }) => (Move ? `${Move.Phase}: ${Move.From} to ${Move.To}` : ''),
      },
    ]);
    return 0;
  });
}

/** Lists cells or placed tenants, for completion. */
export const listCellNames: ListNames = async (kind) =>
  withControl<readonly Candidate[]>(async (control) =>
    kind === 'cell'
      ? (await listCells(control)).map(({ name, endpoint }) => ({ word: name, description: endpoint }))
      : (await listPlacements(control)).map(({ tenant, cell }) => ({ word: tenant, description: cell })),
  );

/** `batchline tenant show TENANT`: prints the cell of a tenant, also of one that is not placed. */
export async function showTenant(tenant: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  return withControl<ExitCode>(async (control) => {
    const map = await readCellMap(control, undefined);
    const place = map && placeOf(map, tenant);
    const cell = map?.cells.find(({ name }) => name === place?.cell);
    if (cell === undefined)
      throw new OperatorError('CELL_REFUSED', 'There are no cells yet; batchline cell add adds one.');
    const endpoint = `${cell.endpoint}/${encodeURIComponent(tenant)}/`;
    print(
      { DatabaseSerialNumber: tenant, Cell: cell.name, Endpoint: endpoint, IsMoving: place?.isMoving },
      json,
      `${tenant} is in the cell ${cell.name}: ${endpoint}`,
    );
    return 0;
  });
}

/** `batchline tenant place TENANT --cell NAME`: places a tenant that has no data yet. */
export async function placeTenant(
  tenant: string,
  { cell, json }: { readonly cell: string; readonly json?: boolean },
): Promise<ExitCode> {
  if (!/^[^/?#]{1,39}$/.test(tenant))
    throw new OperatorError(
      'USAGE_INVALID',
      `"${tenant}" is not a tenant; 1 to 39 characters without /, ? and # are accepted`,
    );
  return withControl<ExitCode>(async (control) => {
    await insertPlacement(control, tenant, cell);
    print({ DatabaseSerialNumber: tenant, Cell: cell }, json, `Placed ${tenant} in the cell ${cell}.`);
    return 0;
  });
}

function toJson({ name, endpoint, schema, ids, isDefault }: CellRecord) {
  return {
    Name: name,
    Endpoint: endpoint,
    Schema: schema,
    FirstId: ids.first,
    LastId: ids.last,
    IsDefault: isDefault,
  };
}
