import type { Transaction } from 'kysely';
import { lockReadyParents } from '../db/queries/claim-continuations.ts';
import { countRuns } from '../db/queries/count-runs.ts';
import type { DefinitionControl } from '../db/queries/definition-control.ts';
import { insertStarts, readStarts } from '../db/queries/definition-starts.ts';
import type { Delivery } from '../db/queries/queue.ts';
import { selectDueWithinLimits } from '../db/queries/queue-due.ts';
import type { Schema } from '../db/schema.ts';
import { selectDueForTenant } from './lock-due.ts';

/** So many more parents are looked at where tenants are limited, as some may have no room. */
const PARENTS_MORE = 100;

/** How many more runs of a definition its limits allow now. */
export interface Capacity {
  /** At most `Infinity`. */
  readonly total: number;
  /** What runs now, by tenant; empty where nothing asks for it. */
  readonly running: ReadonlyMap<string, number>;
  /** Seconds until the rate leaves room, where it leaves none. */
  readonly againInSeconds: number | undefined;
}

/** Counts what the limits of a locked control leave. */
export async function readCapacity(
  trx: Transaction<Schema>,
  { name, limits }: DefinitionControl,
): Promise<Capacity> {
  const { concurrent, perTenant, rate } = limits;
  const counts = concurrent !== undefined || perTenant !== undefined;
  const running = counts ? await countRuns(trx, name) : new Map<string, number>();
  const runs = [...running.values()].reduce((sum, one) => sum + one, 0);
  let total = concurrent === undefined ? Number.POSITIVE_INFINITY : concurrent - runs;
  let againInSeconds: number | undefined;
  if (rate !== undefined && total > 0) {
    const starts = await readStarts(trx, name, rate.seconds);
    total = Math.min(total, rate.runs - starts.runs);
    if (rate.runs <= starts.runs) againInSeconds = starts.oldestLeavesIn;
  }
  return { total, running, againInSeconds };
}

/**
 * Finds tasks that are due, as far as there is room: of one tenant, or of each as many as its limit allows.
 *
 * @param tenant the only one whose tasks are wanted; `null` for any
 */
export async function selectWithinCapacity(
  trx: Transaction<Schema>,
  { name, limits: { perTenant = Number.POSITIVE_INFINITY } }: DefinitionControl,
  { running }: Capacity,
  tenant: string | null,
  limit: number,
): Promise<Delivery[]> {
  if (tenant !== null) {
    const left = perTenant - (running.get(tenant) ?? 0);
    return left > 0 ? selectDueForTenant(trx, tenant, name, Math.min(limit, left)) : [];
  }
  const parents = await lockReadyParents(trx, null, name, limit + PARENTS_MORE);
  const after = new Map(running);
  const within = parents
    .filter((parent) => {
      const runs = after.get(parent.tenant) ?? 0;
      if (runs < perTenant) after.set(parent.tenant, runs + 1);
      return runs < perTenant;
    })
    .slice(0, limit);
  if (within.length === limit) return within;
  return [
    ...within,
    ...(await selectDueWithinLimits(trx, name, { perTenant, running: after }, limit - within.length)),
  ];
}

/** Keeps that runs have begun, where that is limited. After their record, so that the record is never ahead. */
export async function recordStarts(
  trx: Transaction<Schema>,
  { name, limits: { rate } }: DefinitionControl,
  runs: number,
): Promise<void> {
  if (rate !== undefined && runs > 0) await insertStarts(trx, name, rate.seconds, runs);
}
