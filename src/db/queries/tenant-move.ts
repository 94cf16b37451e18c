import { sql } from 'kysely';
import { tenantKey } from '../../core/cells.ts';
import type { Control } from '../control.ts';
import { inQuietTransaction } from '../transaction.ts';
import {
  changeControl,
  checkCells,
  listCells,
  listPlacements,
  type MovePhase,
  refused,
  type TenantMove,
} from './cell.ts';

/**
 * Begins a move, or resumes the one that was begun.
 *
 * @throws OperatorError `CELL_REFUSED` if the tenant is there already, or moves to another cell
 */
export function beginMove(control: Control, tenant: string, to: string): Promise<TenantMove> {
  return changeControl(control, async (trx) => {
    await checkCells(trx, [to]);
    const placed = (await listPlacements(trx)).find((one) => tenantKey(one.tenant) === tenantKey(tenant));
    if (placed?.move) {
      if (placed.move.to !== to)
        throw refused(
          `The tenant ${tenant} is moving from ${placed.move.from} to ${placed.move.to}; finish or cancel that move first.`,
        );
      return placed.move;
    }
    const from = placed?.cell ?? (await listCells(trx)).find(({ isDefault }) => isDefault)?.name ?? '';
    if (from === to) throw refused(`The tenant ${tenant} is in the cell ${to} already.`);
    const exact = placed?.tenant ?? tenant;
    await sql`
      insert into batchline_control.tenant (key, tenant, cell, move_from, move_to, phase)
      values (${tenantKey(tenant)}, ${exact}, ${from}, ${from}, ${to}, 'copying')
      on conflict (key) do update
        set move_from = excluded.move_from, move_to = excluded.move_to, phase = excluded.phase, changed = now()`.execute(
      trx,
    );
    return { tenant: exact, from, to, phase: 'copying' };
  });
}

/**
 * Records the phase of a move. `switched` is the moment at which the tenant is in the new cell.
 *
 * @throws OperatorError `CELL_REFUSED` if the move has ended
 */
export function setMovePhase(control: Control, { tenant, to }: TenantMove, phase: MovePhase): Promise<void> {
  return changeControl(control, async (trx) => {
    const { rows } = await sql`
      update batchline_control.tenant
      set phase = ${phase}, changed = now(), cell = case when ${phase}::text = 'switched' then ${to} else cell end
      where key = ${tenantKey(tenant)} and move_to = ${to} and phase <> 'switched' returning 1`.execute(trx);
    if (rows.length === 0) throw refused(`The move of ${tenant} to ${to} has ended.`);
  });
}

/**
 * Runs `work` while no other process moves the tenant. The lock ends with the transaction, even if the process is killed.
 *
 * @param work is called with a function that rejects if the lock was lost with its connection
 *
 * @throws OperatorError `CELL_REFUSED` if another process moves it
 */
export function whileMoving<T>(
  control: Control,
  tenant: string,
  work: (checkLock: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return inQuietTransaction(control, async (trx) => {
    const { rows } = await sql<{ isLocked: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${`batchline move ${tenantKey(tenant)}`}, 0)) as "isLocked"`.execute(
      trx,
    );
    if (rows[0]?.isLocked !== true) throw refused(`Another process moves the tenant ${tenant}.`);
    return work(async () => {
      await sql`select 1`.execute(trx);
    });
  });
}

/** Ends a move: the tenant stays in the cell in which it is now. */
export function endMove(control: Control, { tenant, to }: TenantMove): Promise<void> {
  return changeControl(control, async (trx) => {
    await sql`
      update batchline_control.tenant set move_from = null, move_to = null, phase = null, changed = now()
      where key = ${tenantKey(tenant)} and move_to = ${to}`.execute(trx);
  });
}
