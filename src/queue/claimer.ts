import type { Kysely, Transaction } from 'kysely';
import { message } from '../core/message.ts';
import type { Database } from '../db/database.ts';
import {
  countRuns,
  type DefinitionControl,
  lockControl,
  readControls,
  readStarts,
  recordDefinitionStarts,
} from '../db/queries/definition.ts';
import { type ClaimedParent, claimContinuations, lockReadyParents } from '../db/queries/parents.ts';
import { type ClaimedTask, claimAvailable, claimTasks, type Delivery } from '../db/queries/queue.ts';
import { lockDueTasks, selectDueWithinLimits } from '../db/queries/queue-due.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inStatement, inTransaction } from '../db/transaction.ts';
import type { TaskQueue } from './task-queue.ts';
import { announceTransitions, recordTransitions, type WrittenTransition } from './transition.ts';

/** What is due of one tenant: parents whose children have ended first, then tasks that have not begun. */
async function selectDueForTenant(
  trx: Transaction<Schema>,
  tenant: string,
  name: string,
  limit: number,
): Promise<Delivery[]> {
  const parents = await lockReadyParents(trx, tenant, name, limit);
  if (parents.length >= limit) return parents;
  return [...parents, ...(await lockDueTasks(trx, tenant, name, limit - parents.length))];
}

/** So many more parents are looked at where tenants are limited, as some may have no room. */
const PARENTS_MORE = 100;

/** How many more runs of a definition its limits allow now. */
interface Capacity {
  /** At most `Infinity`. */
  readonly total: number;
  /** What runs now, by tenant; empty where nothing asks for it. */
  readonly running: ReadonlyMap<string, number>;
  /** Seconds until the rate leaves room, where it leaves none. */
  readonly againInSeconds: number | undefined;
}

/** Counts what the limits of a locked control leave. */
async function readCapacity(
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
    if (rate.runs <= starts.runs) againInSeconds = starts.oldestExpiresIn;
  }
  return { total, running, againInSeconds };
}

/**
 * Finds tasks that are due, as far as there is room: of one tenant, or of each as many as its limit allows.
 *
 * @param tenant the only one whose tasks are wanted; `null` for any
 */
async function selectWithinCapacity(
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
async function recordStarts(
  trx: Transaction<Schema>,
  { name, limits: { rate } }: DefinitionControl,
  runs: number,
): Promise<void> {
  if (rate !== undefined && runs > 0) await recordDefinitionStarts(trx, name, rate.seconds, runs);
}

/** Whose tasks are claimed, and for whom. */
export interface ClaimRequest {
  /** The definition. */
  readonly name: string;
  /** The most tasks. */
  readonly limit: number;
  /** Who runs them: the holder of the leases. */
  readonly owner: string;
  readonly leaseSeconds: number;
  /** The only tenant whose tasks are wanted; `null` for any. */
  readonly tenant: string | null;
}

/** What a claim brings. */
export interface ClaimResult {
  readonly claimed: readonly ClaimedTask[];
  /** Whether there may be more. */
  readonly more: boolean;
  /** Seconds until a limit on the rate leaves room again, where it leaves none now. */
  readonly againInSeconds?: number | undefined;
}

/** What claims are made with. */
export interface ClaimDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
}

/** The definition was paused or limited, or no longer is, since this process has looked. */
class StaleControlError extends Error {
  readonly control: DefinitionControl | undefined;

  constructor(control: DefinitionControl | undefined) {
    super('The definition has been paused, resumed or limited.');
    this.control = control;
  }
}

/**
 * Claims due tasks of a definition, all or none: every run begins with this. A definition that is not paused
 * and has no limits costs no statement more: the claim itself says which version of the definition's control it
 * knows, and claims nothing under a newer one. One that is limited is claimed by one process at a time, so that what
 * runs can be counted.
 *
 * Available tasks are claimed by one statement. Parents whose children have ended join them when nothing is available,
 * and every 250 ms otherwise.
 */
export async function claimBatch(parts: ClaimDeps, request: ClaimRequest): Promise<ClaimResult> {
  const { parentTurns } = parts.queue;
  const joinFirst = parentTurns.isDue(request.name);
  let result = await claimOnce(parts, request, joinFirst);
  if (result.claimed.length === 0 && !joinFirst && !result.isAll)
    result = await claimOnce(parts, request, true);
  if (result.claimed.length === 0) return result;
  parentTurns.noteClaim(request.name);
  return { ...result, more: result.more || parentTurns.isDue(request.name) };
}

/** What one transaction brings. */
interface Attempt extends ClaimResult {
  /** Whether parents whose children have ended were looked at too. */
  readonly isAll: boolean;
}

const NOTHING: Attempt = { claimed: [], more: false, isAll: true };

async function claimOnce(parts: ClaimDeps, request: ClaimRequest, join: boolean): Promise<Attempt> {
  const { gates, parentTurns } = parts.queue;
  if (join) parentTurns.noteLook(request.name);
  for (;;) {
    const gate = gates.of(request.name);
    const began = performance.now();
    try {
      const { database } = parts;
      let attempt: Attempt;
      if (gate.isRestricted)
        attempt = await inTransaction(database, (trx) => claimGated(parts, trx, request, join));
      else if (join || request.tenant !== null)
        attempt = await inTransaction(database, (trx) => claimOpen(trx, request, join, gate.version));
      else attempt = await claimReadyAlone(parts, request, gate.version);
      parts.queue.meter.claimed(request.name, attempt.claimed, (performance.now() - began) / 1000);
      return attempt;
    } catch (error) {
      if (!(error instanceof StaleControlError)) throw error;
      gates.note(request.name, error.control);
    }
  }
}

/** What is ready of every tenant: one statement, and no transaction around it. */
async function claimReadyAlone(
  { database }: ClaimDeps,
  { name, limit, owner, leaseSeconds }: ClaimRequest,
  version: number,
): Promise<Attempt> {
  return inStatement(database, async (sql, after) => {
    const claimed = await claimAvailable(sql, owner, leaseSeconds, { name, version }, limit);
    if (claimed.length === 0) await checkGate(sql, name, version);
    announceTransitions(after, claimed.length);
    return { claimed, more: claimed.length === limit, isAll: false };
  });
}

async function claimOpen(
  trx: Transaction<Schema>,
  request: ClaimRequest,
  join: boolean,
  version: number,
): Promise<Attempt> {
  const { name, limit, tenant } = request;
  const found =
    tenant === null
      ? await findReady(trx, name, limit, join)
      : { deliveries: await selectDueForTenant(trx, tenant, name, limit), andReady: false };
  const { started, continued } = await claimFound(trx, request, found, limit, version);
  if (started.length === 0 || continued.length > 0) await checkGate(trx, name, version);
  const claimed = await record(trx, request.owner, started, continued);
  return { claimed, more: claimed.length === limit, isAll: join || !found.andReady };
}

/** @throws StaleControlError where the definition is open under another version, or not any more */
async function checkGate(db: Kysely<Schema>, name: string, version: number): Promise<void> {
  const control = (await readControls(db, name)).get(name);
  if ((control?.version ?? 0) !== version) throw new StaleControlError(control);
}

async function claimGated(
  { queue }: ClaimDeps,
  trx: Transaction<Schema>,
  request: ClaimRequest,
  join: boolean,
): Promise<Attempt> {
  const { name, owner, tenant } = request;
  const control = await lockControl(trx, name);
  queue.gates.note(name, control);
  if (control === undefined) throw new StaleControlError(control);
  if (control.paused !== null) return NOTHING;
  const room = await readCapacity(trx, control);
  if (room.total <= 0) return { ...NOTHING, againInSeconds: room.againInSeconds };
  const limit = Math.min(request.limit, room.total);
  const found =
    tenant === null && control.limits.perTenant === undefined
      ? await findReady(trx, name, limit, join)
      : { deliveries: await selectWithinCapacity(trx, control, room, tenant, limit), andReady: false };
  const { started, continued } = await claimFound(trx, request, found, limit, control.version);
  const claimed = await record(trx, owner, started, continued);
  await recordStarts(trx, control, claimed.length);
  // With room left it may have more at once; without, the end of a run or of the period tells.
  const more = claimed.length === request.limit || claimed.length < found.deliveries.length;
  return { claimed, more, isAll: join || !found.andReady };
}

/** What is to be claimed. */
interface Found {
  readonly deliveries: readonly Delivery[];
  /** Whether tasks that are ready are claimed too. */
  readonly andReady: boolean;
}

/** Selects the available tasks of all tenants. @param join also selects parents whose children have ended */
async function findReady(
  trx: Transaction<Schema>,
  name: string,
  limit: number,
  join: boolean,
): Promise<Found> {
  if (!join) return { deliveries: [], andReady: true };
  return { deliveries: await lockReadyParents(trx, null, name, limit), andReady: true };
}

/** Claims what was found, parents before tasks that have not begun. */
async function claimFound(
  trx: Transaction<Schema>,
  { name, owner, leaseSeconds }: ClaimRequest,
  { deliveries, andReady }: Found,
  limit: number,
  version: number,
): Promise<{ readonly started: readonly ClaimedTask[]; readonly continued: readonly ClaimedParent[] }> {
  const gate = { name, version };
  const delivered = await claimTasks(trx, deliveries, owner, leaseSeconds, gate);
  const begun = new Set(delivered.map((one) => one.task.id));
  const others = deliveries.filter((delivery) => !begun.has(delivery.taskId));
  const continued = await claimContinuations(trx, others, owner, leaseSeconds);
  const left = limit - delivered.length - continued.length;
  if (!andReady || left <= 0) return { started: delivered, continued };
  return {
    started: [...delivered, ...(await claimAvailable(trx, owner, leaseSeconds, gate, left))],
    continued,
  };
}

/** Audits the parents that a claim has resumed; the claim statement audits the runs that it starts itself. */
async function record(
  trx: Transaction<Schema>,
  owner: string,
  started: readonly ClaimedTask[],
  continued: readonly ClaimedParent[],
): Promise<ClaimedTask[]> {
  await recordTransitions(
    trx,
    continued.map((one) => resumption(one, owner)),
  );
  announceTransitions(afterCommit(trx), started.length);
  return [...started, ...continued];
}

function resumption({ task, children }: ClaimedParent, owner: string): WrittenTransition {
  const reason = message`${children.ended} of ${children.total} children have ended; run ${task.startCount} begins.`;
  const audit = { actorId: 0, nodeId: owner, attempt: task.attempt, reason };
  return { task, from: 'Started', to: 'Started', audit };
}
