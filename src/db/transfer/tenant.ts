import { type Kysely, type RawBuilder, sql } from 'kysely';
import { OperatorError } from '../../core/errors.ts';
import { ENDED_STATES, TaskState } from '../../core/task-state.ts';
import { asMover } from '../queries/tenant-fence.ts';
import type { Schema } from '../schema.ts';
import { deleteExtraRows, reconcileRows } from './reconcile.ts';
import {
  areEqual,
  createDataTable,
  keyOf,
  PRIMARY_KEY,
  rowsOf,
  sumRows,
  type TableSum,
  type TransferTable,
  tableName,
} from './rows.ts';

/** The condition on the row `t` of a table that makes it a tenant's. */
type Belongs = (tenant: string) => RawBuilder<unknown>;

const ownTenant: Belongs = (tenant) => sql`t.tenant = ${tenant}`;
const ofTask =
  (column: string): Belongs =>
  (tenant) =>
    sql`exists (select 1 from batchline.task as o where o.id = ${sql.ref(`t.${column}`)} and o.tenant = ${tenant})`;
const ofOwner =
  (table: 'associate' | 'webhook' | 'subscription', column: string): Belongs =>
  (tenant) =>
    sql`${sql.ref(`t.${column}`)} in (select o.id from ${sql.id('batchline', table)} as o where o.tenant = ${tenant})`;

/** The tables with rows of tenants. Those that others refer to come first. */
const TENANT_TABLES: Readonly<Record<string, Belongs>> = {
  associate: ownTenant,
  api_token: ofOwner('associate', 'associate_id'),
  password_link: ofOwner('associate', 'associate_id'),
  administration_audit: ownTenant,
  upload: ownTenant,
  import_table: ownTenant,
  binary_object: ownTenant,
  task: ownTenant,
  task_family: ofTask('parent_id'),
  deleted_child: ofTask('parent_id'),
  task_attempt: ofTask('task_id'),
  task_log: ofTask('task_id'),
  result_file: ofTask('task_id'),
  task_search: ofTask('task_id'),
  task_audit: ownTenant,
  schedule: ownTenant,
  webhook: ownTenant,
  subscription: ownTenant,
  subscription_alert: ofOwner('subscription', 'subscription_id'),
  webhook_delivery: (tenant) =>
    sql`(${ofOwner('webhook', 'webhook_id')(tenant)} or ${ofOwner('subscription', 'subscription_id')(tenant)})`,
  idempotency_key: (tenant) =>
    sql`(${ofOwner('associate', 'associate_id')(tenant)} or exists (
      select 1 from batchline.task as o where o.tenant = ${tenant} and o.id in (t.answer, t.answers[1])))`,
  // The sums over all tenants stay: they describe the work of the cell.
  statistics_count: (tenant) => sql`(not t.overall and t.tenant = ${tenant})`,
  statistics_worker: (tenant) => sql`(not t.overall and t.tenant = ${tenant})`,
  statistics_failure: ownTenant,
};

/** Copied, but not compared: background jobs write them at any time. */
const UNCOMPARED = ['task_search', 'statistics_count', 'statistics_worker', 'statistics_failure'];

/** Matches an ended task `o`. */
const ENDED_TASK = sql`o.state in (${sql.join(ENDED_STATES.map((state) => TaskState[state]))})`;

/** Tables that have a column `tenant` and whose rows stay: they describe the work of the cell. */
const STAYING = ['worker', 'tenant_fence'];

/** The tables of a tenant with its rows, in an order in which they can be inserted. */
async function listTenantTables(db: Kysely<Schema>, tenant: string): Promise<TransferTable[]> {
  const { rows } = await sql<{ name: string; key: string[] | null; hasTenant: boolean }>`
    select c.relname as name,
      ${PRIMARY_KEY} as key,
      exists (select 1 from pg_attribute as a where a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped)
        as "hasTenant"
    from pg_class as c
    where c.relnamespace = 'batchline'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`.execute(
    db,
  );
  const unknown = rows.filter(
    ({ name, hasTenant }) => hasTenant && TENANT_TABLES[name] === undefined && !STAYING.includes(name),
  );
  if (unknown.length > 0)
    throw new OperatorError(
      'CELL_REFUSED',
      `This version can't move the tables ${unknown.map(({ name }) => name).join(', ')} of a tenant; use the version that created them.`,
    );
  const tables = Object.entries(TENANT_TABLES).flatMap(([name, belongs]): TransferTable[] => {
    const key = rows.find((row) => row.name === name)?.key;
    return key === undefined ? [] : [{ schema: 'batchline', name, key: key ?? [], where: belongs(tenant) }];
  });
  return [...tables, ...(await listImports(db, tenant))];
}

/** The imported tables that belong to a tenant. */
async function listImports(db: Kysely<Schema>, tenant: string): Promise<TransferTable[]> {
  const { rows } = await sql<{ name: string }>`
    select i.name from batchline.import_table as i
    join pg_class as c on c.relname = i.name and c.relnamespace = 'batchline_data'::regnamespace
    where i.tenant = ${tenant} order by i.name`.execute(db);
  return rows.map(({ name }) => ({ schema: 'batchline_data', name, key: ['_task', '_line'] }));
}

/** Lists imported tables of a tenant whose names another tenant has in the other cell. Names are unique in a cell. */
export async function listTakenImports(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  tenant: string,
): Promise<string[]> {
  const names = (await listImports(from, tenant)).map(({ name }) => name);
  const { rows } = await sql<{ name: string }>`
    select name from batchline.import_table where name = any (${names}::text[]) and tenant <> ${tenant}
    order by name`.execute(to);
  return rows.map(({ name }) => name);
}

/** A table with a tenant's rows, which are the same in both cells. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/** Called with the number of copied rows of a table. */
export type OnCopied = (table: string, copied: number) => void;

/**
 * Tables with the history of ended tasks, whose rows no process of the new cell acts on, by the column that names the task.
 * Parameters are copied for all tasks.
 */
const HISTORY: Readonly<Record<string, string | null>> = {
  binary_object: null,
  task: 'id',
  task_family: 'parent_id',
  deleted_child: 'parent_id',
  task_attempt: 'task_id',
  task_log: 'task_id',
  result_file: 'task_id',
  task_audit: 'task_id',
};

/**
 * Copies the history of a tenant's ended tasks while the tenant works, so that less is left to copy when it can't.
 * `copyTenant` corrects what changes meanwhile.
 *
 * @param before copies only tasks that ended before
 */
export async function copyHistory(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  tenant: string,
  before: Date,
  onCopied: OnCopied = () => undefined,
): Promise<void> {
  for (const table of await listTenantTables(from, tenant)) {
    const column = table.schema === 'batchline' ? HISTORY[table.name] : undefined;
    if (column === undefined) continue;
    const isEnded =
      column === null
        ? sql`true`
        : sql`exists (
            select 1 from batchline.task as o
            where o.id = ${sql.ref(`t.${column}`)} and ${ENDED_TASK} and o.updated < ${before}
          )`;
    await copyInto(from, to, { ...table, where: sql`(${rowsOf(table)} and ${isEnded})` }, onCopied);
  }
}

async function copyInto(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
  onCopied: OnCopied,
): Promise<void> {
  let copied = 0;
  await reconcileRows(from, to, table, (rows) => {
    copied += rows;
    onCopied(table.name, copied);
  });
}

/**
 * Makes the rows of a tenant in another cell the same as those here, and compares row counts and checksums. Nothing may change
 * them meanwhile. It can be repeated.
 *
 * @throws OperatorError `MOVE_MISMATCH` if a table differs
 */
export async function copyTenant(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  tenant: string,
  onCopied: OnCopied = () => undefined,
): Promise<CopiedTable[]> {
  const tables = await listTenantTables(from, tenant);
  for (const table of tables) {
    if (table.schema === 'batchline_data') await createDataTable(from, to, table);
    await copyInto(from, to, table, onCopied);
  }
  let compared = await compareAll(from, to, tables);
  const names = new Set(compared.filter(({ isDifferent }) => isDifferent).map(({ table }) => table));
  const different = tables.filter(({ name }) => names.has(name));
  if (different.length > 0) {
    // Rows that were deleted here since the history was copied; those that refer to others first.
    for (const table of different.toReversed()) await deleteExtraRows(from, to, table);
    compared = await compareAll(from, to, tables);
  }
  for (const { table, source, target, isDifferent } of compared)
    if (isDifferent)
      throw new OperatorError(
        'MOVE_MISMATCH',
        `${table} of ${tenant} differs after the copy: ${source.rows} rows in the old cell (checksum ${source.checksum}), ${target.rows} in the new one (${target.checksum}). Cancel the move (--cancel) and try again.`,
      );
  return compared.map(({ table, source }) => ({ table, rows: source.rows }));
}

/** The sums of a table in both cells. */
interface Comparison {
  readonly table: string;
  readonly source: TableSum;
  readonly target: TableSum;
  readonly isDifferent: boolean;
}

async function compareAll(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  tables: readonly TransferTable[],
): Promise<Comparison[]> {
  const all: Comparison[] = [];
  for (const table of tables.filter(({ name }) => !UNCOMPARED.includes(name))) {
    const [source, target] = await Promise.all([sumRows(from, table), sumRows(to, table)]);
    const isDifferent = !areEqual(source, target);
    all.push({ table: table.name, source, target, isDifferent });
  }
  return all;
}

/** Number of rows that one statement deletes. */
const BATCH = 5000;

/** Deletes the rows of a tenant in a cell, in batches, and the presence of its remote workers. It can be repeated. */
export async function deleteTenant(db: Kysely<Schema>, tenant: string): Promise<void> {
  await sql`delete from batchline.worker where tenant = ${tenant}`.execute(db);
  for (const table of (await listTenantTables(db, tenant)).toReversed()) {
    if (table.schema === 'batchline_data') await sql`drop table if exists ${tableName(table)}`.execute(db);
    else while ((await deleteBatch(db, table)) > 0);
  }
}

function deleteBatch(db: Kysely<Schema>, table: TransferTable): Promise<number> {
  return asMover(db, async (trx) => {
    const name = tableName(table);
    const key = keyOf(table, sql`t`);
    // By key, because ctids are not unique in a partitioned table.
    const { numAffectedRows = 0n } = await sql`
      delete from ${name} as t where (${key}) in (
        select ${key} from ${name} as t where ${rowsOf(table)} limit ${BATCH}
      )`.execute(trx);
    return Number(numAffectedRows);
  });
}
