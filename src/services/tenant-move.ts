import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { tenantKey } from '../core/cells.ts';
import { OperatorError } from '../core/errors.ts';
import { DEFAULT_RETRY, decideOutcome } from '../core/run-outcome.ts';
import type { Control } from '../db/control.ts';
import type { Database } from '../db/database.ts';
import { isConnectionError } from '../db/errors.ts';
import { type CellRecord, listCells, listPlacements, refused, type TenantMove } from '../db/queries/cell.ts';
import {
  type ActiveRun,
  advanceCounted,
  advanceEvents,
  closeTenant,
  fenceTenant,
  hasCounted,
  hasDelivered,
  hasTenant,
  lastAssignedEvent,
  listActiveRuns,
  listTenantFiles,
  openTenant,
  park,
  parkTenant,
  unparkTenant,
} from '../db/queries/tenant-fence.ts';
import { beginMove, endMove, setMovePhase, whileMoving } from '../db/queries/tenant-move.ts';
import type { Schema } from '../db/schema.ts';
import { databaseClock } from '../db/sql.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import {
  type CopiedTable,
  copyHistory,
  copyTenant,
  deleteTenant,
  listTakenImports,
} from '../db/transfer/tenant.ts';
import type { FileStore } from '../files/blob-store.ts';
import { completeRuns, completionOf } from '../queue/completer.ts';
import { TaskQueue } from '../queue/task-queue.ts';

/** A cell that takes part in a move. */
export interface OpenCell {
  readonly database: Database;
  /** Its files; undefined if the control database doesn't know its store. */
  readonly store: FileStore | undefined;
  /** Counts its events now, for which its servers take half a minute. */
  countEvents(): Promise<unknown>;
  close(): Promise<void>;
}

/** The environment of a move. */
export interface MoveDeps {
  readonly control: Control;
  openCell(cell: CellRecord): Promise<OpenCell>;
  /** Seconds that runs in progress have to end before they are handed over to the new cell. */
  readonly drainSeconds: number;
  /** Called with each step, for people. */
  onProgress(text: string): void;
}

/** A move that has finished. */
export interface MovedTenant {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  /** Empty if an earlier call had copied them. */
  readonly tables: readonly CopiedTable[];
}

/** Servers notice a change of the map within a second. The fence refuses writes of those that have not. */
const MAP_SETTLED_MS = 2000;
const POLL_MS = 200;
const EVENTS_TIMEOUT_MS = 60_000;

/**
 * Moves a tenant to another cell while it works: drains its runs, refuses changes, copies and compares its rows, and switches.
 * If it is interrupted, the next call continues it. Until the switch, `cancelMove` takes everything back.
 *
 * @throws OperatorError `CELL_REFUSED`, or `MOVE_MISMATCH` if the copy differs
 */
export function moveTenant(deps: MoveDeps, tenant: string, to: string): Promise<MovedTenant> {
  return reporting(() =>
    whileMoving(deps.control, tenant, (checkLock) => continueMove(deps, tenant, to, checkLock)),
  );
}

/** Reports a lost database as an error of operators. */
async function reporting<T>(move: () => Promise<T>): Promise<T> {
  try {
    return await move();
  } catch (error) {
    if (!isConnectionError(error)) throw error;
    throw new OperatorError(
      'MOVE_UNFINISHED',
      `The control database or that of a cell has become unreachable (${(error as Error).message}). Nothing is lost; run the command again to continue.`,
      error,
    );
  }
}

async function continueMove(
  deps: MoveDeps,
  tenant: string,
  to: string,
  checkLock: () => Promise<void>,
): Promise<MovedTenant> {
  await checkTarget(deps, tenant, to);
  const move = await beginMove(deps.control, tenant, to);
  const result = { tenant: move.tenant, from: move.from, to };
  return withCells(deps, move, async (source, target) => {
    let tables: readonly CopiedTable[] = [];
    if (move.phase === 'copying') await copyWhileWorking(deps, move, source, target);
    if (move.phase === 'copying' || move.phase === 'draining') await drain(deps, move, source);
    if (move.phase !== 'switched') {
      tables = await copy(deps, move, source, target);
      await checkLock();
      await setMovePhase(deps.control, move, 'switched');
    }
    deps.onProgress(`${move.tenant} is in the cell ${to} now`);
    await unparkTenant(target.database.sql, move.tenant);
    await checkLock();
    await deleteTenant(source.database.sql, move.tenant);
    await closeTenant(source.database.sql, move.tenant);
    await endMove(deps.control, move);
    return { ...result, tables };
  });
}

/**
 * Takes a move back that has not switched yet. The tenant continues in its old cell.
 *
 * @throws OperatorError `CELL_REFUSED` if the tenant does not move, or is in the new cell already
 */
export function cancelMove(deps: MoveDeps, tenant: string): Promise<TenantMove> {
  return reporting(() => whileMoving(deps.control, tenant, (checkLock) => takeBack(deps, tenant, checkLock)));
}

async function takeBack(deps: MoveDeps, tenant: string, checkLock: () => Promise<void>): Promise<TenantMove> {
  const move = (await listPlacements(deps.control)).find(
    (one) => tenantKey(one.tenant) === tenantKey(tenant),
  )?.move;
  if (!move) throw refused(`The tenant ${tenant} is not moving.`);
  if (move.phase === 'switched')
    throw refused(
      `The tenant ${tenant} is in the cell ${move.to} already; batchline tenant move finishes the move.`,
    );
  return withCells(deps, move, async (source, target) => {
    await checkLock();
    await deleteTenant(target.database.sql, move.tenant);
    await unparkTenant(source.database.sql, move.tenant);
    await openTenant(source.database.sql, move.tenant);
    await endMove(deps.control, move);
    return move;
  });
}

/** Refuses a move into a cell that has data of the tenant, before anything is recorded. */
async function checkTarget(deps: MoveDeps, tenant: string, to: string): Promise<void> {
  const placed = (await listPlacements(deps.control)).find(
    (one) => tenantKey(one.tenant) === tenantKey(tenant),
  );
  const cells = await listCells(deps.control);
  const cell = cells.find(({ name }) => name === to);
  if (placed?.move || cell === undefined || placed?.cell === to) return; // `beginMove` checks these
  const from = placed?.cell ?? cells.find(({ isDefault }) => isDefault)?.name ?? '';
  checkIds(cells, from, to);
  const target = await deps.openCell(cell);
  try {
    if (await hasTenant(target.database.sql, placed?.tenant ?? tenant))
      throw refused(
        `The cell ${to} has tasks or associates of ${tenant} that are not part of a move; delete them first.`,
      );
  } finally {
    await target.close();
  }
}

async function withCells<T>(
  deps: MoveDeps,
  { from, to }: TenantMove,
  work: (source: OpenCell, target: OpenCell) => Promise<T>,
): Promise<T> {
  const cells = await listCells(deps.control);
  const open = async (name: string): Promise<OpenCell> => {
    const cell = cells.find((one) => one.name === name);
    if (cell === undefined) throw refused(`There is no cell ${name}.`);
    return deps.openCell(cell);
  };
  checkIds(cells, from, to);
  const source = await open(from);
  try {
    const target = await open(to);
    try {
      return await work(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Refuses a move between cells of which both assign the same ids. */
function checkIds(cells: readonly CellRecord[], ...names: readonly string[]): void {
  const [a, b] = names.map((name) => cells.find((cell) => cell.name === name)?.ids);
  if (a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last)
    throw refused(
      `The ids of the cells ${names.join(' and ')} overlap, so no tenant can be moved between them.`,
    );
}

/** Copies the history of ended tasks, then lets servers refuse changes. */
async function copyWhileWorking(
  deps: MoveDeps,
  move: TenantMove,
  source: OpenCell,
  target: OpenCell,
): Promise<void> {
  const { tenant } = move;
  const { store } = source;
  const [from, to] = [source.database.sql, target.database.sql];
  if (store === undefined && (await listTenantFiles(from, tenant)).length > 0)
    throw refused(
      `The tenant ${tenant} has files, and the store of the cell ${move.from} is not known; run batchline cell add again with BATCHLINE_FILES.`,
    );
  await checkImports(from, to, tenant);
  await passEvents(source, target);
  await openTenant(to, tenant);
  await copyHistory(from, to, tenant, await databaseClock(from), (table, rows) =>
    deps.onProgress(`copied ${rows} rows of ${table}`),
  );
  await setMovePhase(deps.control, move, 'draining');
}

async function checkImports(from: Kysely<Schema>, to: Kysely<Schema>, tenant: string): Promise<void> {
  const taken = await listTakenImports(from, to, tenant);
  if (taken.length > 0)
    throw refused(
      `Another tenant of the new cell has imported tables with the names ${taken.join(', ')}; drop them in one of the cells.`,
    );
}

/** Makes events of the old cell history in the new one, which neither delivers nor counts them again. */
async function passEvents(source: OpenCell, target: OpenCell): Promise<void> {
  const last = await lastAssignedEvent(source.database.sql);
  await until(() => advanceEvents(target.database.sql, last), 'deliveries of the new cell');
  const hasAdvanced = () => advanceCounted(target.database.sql, last);
  await until(() => counted(target, hasAdvanced), 'statistics of the new cell');
}

/** Counts the events of a cell, unless the condition holds already. Another process may be counting them. */
async function counted(cell: OpenCell, isDone: () => Promise<boolean>): Promise<boolean> {
  if (await isDone()) return true;
  await cell.countEvents();
  return isDone();
}

/** Waits until no run of the tenant is in progress, then refuses every change of it. */
async function drain(deps: MoveDeps, move: TenantMove, { database }: OpenCell): Promise<void> {
  const { tenant } = move;
  deps.onProgress(`waiting for the runs of ${tenant}`);
  await delay(MAP_SETTLED_MS);
  const deadline = performance.now() + deps.drainSeconds * 1000;
  for (;;) {
    await parkTenant(database.sql, tenant);
    const runs = await listActiveRuns(database.sql, tenant);
    if (runs.length === 0 && (await fenceTenant(database.sql, tenant))) break;
    if (runs.length > 0 && performance.now() > deadline) await handOver(database, tenant, runs);
    await delay(POLL_MS);
  }
  await setMovePhase(deps.control, move, 'fenced');
}

/** Returns runs to the queue, as a server does that stops. Their workers notice that they no longer own the tasks. */
async function handOver(database: Database, tenant: string, runs: readonly ActiveRun[]): Promise<void> {
  const interrupted = { kind: 'interrupted', by: 'worker' } as const;
  await inTransaction(database, async (trx) => {
    const ends = runs.map((run) =>
      completionOf({ ...run, nodeId: run.leaseOwner }, decideOutcome(interrupted, DEFAULT_RETRY, run, 0)),
    );
    for (const { taskId } of await completeRuns(trx, new TaskQueue(), ends))
      afterCommit(trx).publish({ kind: 'stop', taskId });
    // In the same transaction, or a worker of the old cell would claim them again.
    await park(trx, tenant);
  });
}

async function copy(
  deps: MoveDeps,
  { tenant, to }: TenantMove,
  source: OpenCell,
  target: OpenCell,
): Promise<readonly CopiedTable[]> {
  await checkImports(source.database.sql, target.database.sql, tenant);
  await until(() => hasDelivered(source.database.sql, tenant), 'deliveries of the old cell');
  await passEvents(source, target);
  await until(
    () => counted(source, () => hasCounted(source.database.sql, tenant)),
    'statistics of the old cell',
  );
  const tables = await copyTenant(source.database.sql, target.database.sql, tenant, (table, rows) =>
    deps.onProgress(`copied ${rows} rows of ${table}`),
  );
  const keys = await listTenantFiles(target.database.sql, tenant);
  if (keys.length === 0) return tables;
  if (source.store === undefined || target.store === undefined)
    throw refused(
      `The tenant ${tenant} has files, and the store of the cell ${to} is not known; run batchline cell add again with BATCHLINE_FILES.`,
    );
  for (const key of keys) await copyFile(source.store, target.store, key);
  deps.onProgress(`copied ${keys.length} files`);
  return tables;
}

/** Copies a file, unless it is there or no longer exists. */
async function copyFile(from: FileStore, to: FileStore, key: string): Promise<void> {
  const [original, copied] = [await from.stat(key), await to.stat(key)];
  if (original === undefined || copied?.bytes === original.bytes) return;
  const content = await from.open(key);
  if (content !== undefined) await to.put(key, content);
}

async function until(isDone: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + EVENTS_TIMEOUT_MS;
  while (!(await isDone())) {
    if (performance.now() > deadline)
      throw refused(
        `The ${what} have not caught up in ${EVENTS_TIMEOUT_MS / 1000} s. Check that its servers run, and move the tenant again.`,
      );
    await delay(POLL_MS);
  }
}
