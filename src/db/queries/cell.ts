import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import {
  type Cell,
  type CellIds,
  type CellMap,
  MAX_CELLS,
  type Placement,
  tenantKey,
} from '../../core/cells.ts';
import { OperatorError } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import type { Control } from '../control.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';

/** The progress of a move of a tenant. It works while `copying`, and is in the old cell until `switched`. */
export type MovePhase = 'copying' | 'draining' | 'fenced' | 'switched';

/** A move of a tenant that has not finished. */
export interface TenantMove {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly phase: MovePhase;
}

/** A cell as the control database records it. */
export interface CellRecord extends Cell {
  /** Address of its PostgreSQL, for commands of operators. */
  readonly database: string;
  readonly schema: string;
  /** Its file store, as BATCHLINE_FILES names it; null if it was not given. */
  readonly files: string | null;
  readonly ids: CellIds;
}

interface CellRow extends Omit<CellRecord, 'ids' | 'isDefault'> {
  readonly is_default: boolean;
  readonly slot: number;
  readonly first_id: number;
  readonly last_id: number;
}

function toCell({
  is_default: isDefault,
  slot,
  first_id: first,
  last_id: last,
  ...cell
}: CellRow): CellRecord {
  return { ...cell, isDefault, ids: { slot, first, last } };
}

/** Returns the cells and placements; `undefined` if their version is still the given one. */
export async function readCellMap(control: Control, known: number | undefined): Promise<CellMap | undefined> {
  const { rows: states } = await sql<{ version: string; secret: string | null }>`
    select version, to_jsonb(s) ->> 'secret' as secret from batchline_control.state as s where id = 1`.execute(
    control,
  );
  // A concurrent change makes the parts newer than the version, which the next call corrects.
  const version = Number(states[0]?.version ?? 0);
  if (version === known) return undefined;
  const cells = await listCells(control);
  const { rows } = await sql<{ tenant: string; cell: string; phase: MovePhase | null }>`
    select tenant, cell, phase from batchline_control.tenant order by key`.execute(control);
  return {
    version,
    cells: cells.map(({ name, endpoint, isDefault }) => ({ name, endpoint, isDefault })),
    placements: rows.map(({ tenant, cell, phase }) => ({
      tenant,
      cell,
      isMoving: phase === 'draining' || phase === 'fenced',
    })),
    secret: states[0]?.secret ?? undefined,
  };
}

/** Lists the cells, oldest first. */
export async function listCells(control: Control): Promise<CellRecord[]> {
  const { rows } = await sql<CellRow>`
    select name, endpoint, database, schema, files, slot, first_id, last_id, is_default
    from batchline_control.cell order by slot`.execute(control);
  return rows.map(toCell);
}

/** Lists the placed tenants and their moves. */
export async function listPlacements(control: Control): Promise<(Placement & { move: TenantMove | null })[]> {
  const { rows } = await sql<{
    tenant: string;
    cell: string;
    move_from: string | null;
    move_to: string | null;
    phase: MovePhase | null;
  }>`
    select tenant, cell, move_from, move_to, phase from batchline_control.tenant order by key`.execute(
    control,
  );
  return rows.map(({ tenant, cell, move_from: from, move_to: to, phase }) => ({
    tenant,
    cell,
    isMoving: phase === 'draining' || phase === 'fenced',
    move: from === null || to === null || phase === null ? null : { tenant, from, to, phase },
  }));
}

export async function changeControl<T>(
  control: Control,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return inQuietTransaction(control, async (trx) => {
    // The row lock also serializes changes.
    await sql`update batchline_control.state set version = version + 1 where id = 1`.execute(trx);
    return work(trx);
  });
}

/** A cell to add. */
export interface NewCell extends Omit<CellRecord, 'ids' | 'isDefault'> {
  /** Number of its 32-bit ids; `all` for all of them, also those of other cells. */
  readonly idCount: number | 'all';
  /** Largest ids that it has assigned already. Only the first cell may have some. */
  readonly used: { readonly int: number; readonly bigint: number };
}

/**
 * Adds a cell and reserves its ids. The first one is the default. Adding a cell with the same name again changes its addresses.
 *
 * @returns the cell, and the id that its 64-bit ids are greater than
 * @throws OperatorError `CELL_REFUSED` if there is no room for its ids, or it has data and is not the first
 */
export function insertCell(control: Control, cell: NewCell): Promise<{ cell: CellRecord; idBase: number }> {
  return changeControl(control, async (trx) => {
    const cells = await listCells(trx);
    const present = cells.find(({ name }) => name === cell.name);
    if (present !== undefined) {
      const changed = { ...present, endpoint: cell.endpoint, database: cell.database, files: cell.files };
      await sql`
        update batchline_control.cell set endpoint = ${cell.endpoint}, database = ${cell.database}, files = ${cell.files}
        where name = ${cell.name}`.execute(trx);
      return { cell: changed, idBase: (await readReserved(trx)).idBase };
    }
    const sharing = cells.find(({ files }) => files !== null && files === cell.files);
    if (sharing !== undefined)
      throw refused(
        `BATCHLINE_FILES is that of the cell ${sharing.name}; each cell deletes files that its tables don't name.`,
      );
    const other = cells.find(({ database, schema }) => database === cell.database && schema === cell.schema);
    if (other !== undefined) throw refused(`The schema ${cell.schema} is that of the cell ${other.name}.`);
    const isDefault = cells.length === 0;
    if (!isDefault && Math.max(cell.used.int, cell.used.bigint) > 0)
      throw refused(`The cell ${cell.name} has data; only the first cell may have some.`);
    const { idBase, lastId, slots: slot } = await readReserved(trx);
    const isOverlapping = cell.idCount === 'all';
    const first = cell.idCount === 'all' ? 1 : lastId + 1;
    const last = cell.idCount === 'all' ? INT32_MAX : Math.min(lastId + cell.idCount, INT32_MAX);
    if (slot === MAX_CELLS) throw refused(`${MAX_CELLS} cells have been added, which is the maximum.`);
    if (first > INT32_MAX)
      throw refused(
        'The other cells have all 32-bit ids; --ids all is accepted, for a cell into which no tenant can be moved.',
      );
    if (last < cell.used.int)
      throw refused(
        `The cell has used ids up to ${cell.used.int}; --ids of twice as many or more is accepted.`,
      );
    const base = isDefault ? Math.max(idBase, cell.used.bigint) : idBase;
    await sql`
      update batchline_control.state
      set id_base = ${base}, last_id = ${isOverlapping ? lastId : last}, slots = slots + 1 where id = 1`.execute(
      trx,
    );
    await sql`
      insert into batchline_control.cell (name, endpoint, database, schema, files, slot, first_id, last_id, is_default)
      values (${cell.name}, ${cell.endpoint}, ${cell.database}, ${cell.schema}, ${cell.files}, ${slot}, ${first}, ${last},
        ${isDefault})`.execute(trx);
    const { idCount: _, used: _used, ...rest } = cell;
    return { cell: { ...rest, isDefault, ids: { slot, first, last } }, idBase: base };
  });
}

async function readReserved(control: Control): Promise<{ idBase: number; lastId: number; slots: number }> {
  const { rows } = await sql<{ idBase: string; lastId: number; slots: number }>`
    select id_base as "idBase", last_id as "lastId", slots from batchline_control.state where id = 1`.execute(
    control,
  );
  const [{ idBase, ...rest } = { idBase: '0', lastId: 0, slots: 0 }] = rows;
  return { ...rest, idBase: Number(idBase) };
}

/** @throws OperatorError `CELL_REFUSED` if there is no such cell, it has tenants, or it is the default */
export function deleteCell(control: Control, name: string): Promise<void> {
  return changeControl(control, async (trx) => {
    const cell = (await listCells(trx)).find((one) => one.name === name);
    if (cell === undefined) throw refused(`There is no cell ${name}.`);
    const { rows } = await sql<{ tenants: number }>`
      select count(*)::int as tenants from batchline_control.tenant
      where ${name} in (cell, move_from, move_to)`.execute(trx);
    const tenants = rows[0]?.tenants ?? 0;
    if (tenants > 0) throw refused(`The cell ${name} has ${tenants} tenants; move them first.`);
    if (cell.isDefault && (await listCells(trx)).length > 1)
      throw refused(`The cell ${name} is the default; only the last cell can be the default and be removed.`);
    await sql`delete from batchline_control.cell where name = ${name}`.execute(trx);
  });
}

/** Places a tenant that is in no cell yet. @throws OperatorError `CELL_REFUSED` */
export function insertPlacement(control: Control, tenant: string, cell: string): Promise<void> {
  return changeControl(control, async (trx) => {
    await checkCells(trx, [cell]);
    const { rows } = await sql`
      insert into batchline_control.tenant (key, tenant, cell) values (${tenantKey(tenant)}, ${tenant}, ${cell})
      on conflict (key) do nothing returning 1`.execute(trx);
    if (rows.length === 0)
      throw refused(`The tenant ${tenant} is placed already; batchline tenant move moves it.`);
  });
}

export async function checkCells(control: Control, names: readonly string[]): Promise<void> {
  const known = new Set((await listCells(control)).map(({ name }) => name));
  for (const name of names) if (!known.has(name)) throw refused(`There is no cell ${name}.`);
}

/** Returns the saved map of a cell; `undefined` if none was saved. */
export async function readSavedMap(db: Kysely<Schema>): Promise<CellMap | undefined> {
  const { rows } = await sql<{
    content: string;
  }>`select content from batchline.cell_map where id = 1`.execute(db);
  return rows[0] && (JSON.parse(rows[0].content) as CellMap);
}

/** Saves the map in a cell, for starts while the control database is unreachable. */
export async function saveMap(db: Kysely<Schema>, map: CellMap): Promise<void> {
  await sql`
    insert into batchline.cell_map (id, content) values (1, ${JSON.stringify(map)})
    on conflict (id) do update set content = excluded.content
    where cell_map.content <> excluded.content`.execute(db);
}

/** Returns the largest ids that were assigned in a cell: 0 in an empty one. */
export async function usedIds(db: Kysely<Schema>): Promise<NewCell['used']> {
  const { rows } = await sql<{ type: string; used: string | null }>`
    select data_type::text as type, max(last_value)::text as used from pg_sequences
    where quote_ident(schemaname) = 'batchline'::regnamespace::text and sequencename not in (${sql.join(ACCOUNT_SEQUENCES)})
    group by data_type`.execute(db);
  const of = (type: string): number => Number(rows.find((row) => row.type === type)?.used ?? 0);
  return { int: of('integer'), bigint: of('bigint') };
}

/** The first start assigns ids of the accounts, which a cell that is not the first replaces by the shared ones. */
const ACCOUNT_SEQUENCES = ['associate_id_seq', 'api_token_id_seq', 'sign_in_id_seq'];

/**
 * Makes a cell assign only its own ids. Changes only sequences that don't yet, such as those of a later migration.
 *
 * @param idBase its 64-bit ids are greater
 * @param isNew also deletes the accounts of its first start
 */
export async function reserveIds(
  trx: Transaction<Schema>,
  { slot, first, last }: CellIds,
  idBase: number,
  isNew: boolean,
): Promise<void> {
  const { rows } = await sql<{ name: string; type: string; isOwn: boolean }>`
    select sequencename as name, data_type::text as type,
      case when data_type = 'bigint'::regtype then increment_by = ${MAX_CELLS} else min_value = ${first} and max_value = ${last} end as "isOwn"
    from pg_sequences where quote_ident(schemaname) = 'batchline'::regnamespace::text`.execute(trx);
  const next = (Math.floor(idBase / MAX_CELLS) + 1) * MAX_CELLS + slot;
  if (isNew) await sql`delete from batchline.associate`.execute(trx);
  for (const { name, type, isOwn } of rows) {
    const sequence = sql.id('batchline', name);
    if (SHARED_SEQUENCES.includes(name)) {
      if (isNew)
        await restart(trx, sequence, INT32_MAX - (slot + 1) * SHARED_IDS, INT32_MAX - slot * SHARED_IDS - 1);
      continue;
    }
    if (isOwn) continue;
    if (type === 'bigint')
      await sql`alter sequence ${sequence} increment by ${sql.lit(MAX_CELLS)} restart with ${sql.lit(next)}`.execute(
        trx,
      );
    else if (first > 1) await restart(trx, sequence, first, last);
    else await sql`alter sequence ${sequence} maxvalue ${sql.lit(last)}`.execute(trx);
  }
}

function restart(
  trx: Transaction<Schema>,
  sequence: RawBuilder<unknown>,
  first: number,
  last: number,
): Promise<unknown> {
  const [min, max] = [sql.lit(first), sql.lit(last)];
  return sql`alter sequence ${sequence} minvalue ${min} maxvalue ${max} start with ${min} restart`.execute(
    trx,
  );
}

/** The ids of accounts, which all cells share. The first cell assigns them from 1, others from ranges at the end. */
const SHARED_SEQUENCES = ['associate_id_seq', 'api_token_id_seq', 'application_id_seq'];
/** Number of such ids for each cell. */
const SHARED_IDS = 2 ** 20;

/** The error of a command about cells that is refused. */
export function refused(text: string): OperatorError {
  return new OperatorError('CELL_REFUSED', text);
}
