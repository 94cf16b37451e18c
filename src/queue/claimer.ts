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
import { type ClaimedTask, claimTasks, type Delivery } from '../db/queries/queue.ts';
import { type AskedDefinition, claimAvailable } from '../db/queries/queue-claim.ts';
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

/** A definition of a claim over several. */
interface DueDefinition {
  readonly name: string;
  readonly leaseSeconds: number;
}

/** What is claimed of several definitions, and for which process. */
interface DueRequest {
  /** The definitions, in the order of their turns. */
  readonly definitions: readonly DueDefinition[];
  /** The most tasks. */
  readonly limit: number;
  /** The holder of the leases. */
  readonly owner: string;
}

/** What a claim over several definitions brings. */
interface DueClaim {
  readonly claimed: readonly ClaimedTask[];
  /** Definitions that may have more, in the order of their next turns. */
  readonly more: readonly string[];
  /** Seconds until a limit on the rate leaves room again, by definition, if it leaves none now. */
  readonly againInSeconds: ReadonlyMap<string, number>;
}

/**
 * Claims due tasks of several definitions: every run of this process's handlers begins with this. One statement claims the
 * available tasks of all definitions without pause and limits. It compares the version of each definition's control with
 * the one that this process knows, and claims nothing under a newer one.
 *
 * It also reports the definitions that it can't claim from: those with limits, which one process at a time claims in a
 * transaction, so that runs can be counted, and those with parents whose children have ended. Each of them takes a turn of
 * its own next.
 */
export async function claimDue(parts: ClaimDeps, request: DueRequest): Promise<DueClaim> {
  const { separate } = parts.queue;
  const { definitions, limit, owner } = request;
  const [first, ...others] = definitions;
  if (first !== undefined && separate.delete(first.name)) {
    const { name, leaseSeconds } = first;
    const result = await claimSeparately(parts, { name, leaseSeconds, limit, owner, tenant: null });
    return {
      claimed: result.claimed,
      more: [...others.map((one) => one.name), ...(result.more ? [name] : [])],
      againInSeconds: new Map(result.againInSeconds === undefined ? [] : [[name, result.againInSeconds]]),
    };
  }
  return claimTogether(parts, request);
}

/** Claims available tasks of definitions without pause and limits, in one statement. */
async function claimTogether(
  { database, queue: { gates, meter, separate } }: ClaimDeps,
  { definitions, limit, owner }: DueRequest,
): Promise<DueClaim> {
  const names = definitions.map(({ name }) => name);
  const unsure = names.filter((name) => gates.isStale(name));
  if (unsure.length > 0) {
    const controls = await readControls(database.sql);
    for (const name of unsure) gates.note(name, controls.get(name));
  }
  const asked = definitions.map(({ name, leaseSeconds }): AskedDefinition => {
    const { version, isRestricted } = gates.of(name);
    return { name, leaseSeconds, version, isOpen: !isRestricted };
  });
  const began = performance.now();
  const { claimed, stale, resumable, restricted } = await inStatement(database, async (sql, after) => {
    const group = await claimAvailable(sql, owner, asked, limit);
    announceTransitions(after, group.claimed.length);
    return group;
  });
  meter.claimed(claimed, (performance.now() - began) / 1000);
  for (const name of stale) gates.markStale(name);
  const next = [...restricted, ...resumable].filter((name) => !gates.of(name).isPaused);
  for (const name of next) separate.add(name);
  // The definitions after the last one that was claimed from have not had their turns.
  const last = Math.max(...claimed.map(({ task }) => names.indexOf(task.name)));
  const cut = claimed.length < limit ? [] : [...names.slice(last + 1), ...names.slice(last, last + 1)];
  return { claimed, more: [...new Set([...next, ...stale, ...cut])], againInSeconds: new Map() };
}

/** Claims due tasks of one definition: as `claimDue`, or those of one tenant. */
export async function claimBatch(parts: ClaimDeps, request: ClaimRequest): Promise<ClaimResult> {
  const { name, leaseSeconds, limit, owner, tenant } = request;
  if (tenant !== null) return claimSeparately(parts, request);
  for (;;) {
    const { claimed, more, againInSeconds } = await claimDue(parts, {
      definitions: [{ name, leaseSeconds }],
      limit,
      owner,
    });
    if (claimed.length > 0 || more.length === 0)
      return { claimed, more: more.length > 0, againInSeconds: againInSeconds.get(name) };
  }
}

/** Claims in a transaction what one statement can't: resumed parents, and what limits or a tenant restrict. */
async function claimSeparately(parts: ClaimDeps, request: ClaimRequest): Promise<ClaimResult> {
  const { gates, meter } = parts.queue;
  for (;;) {
    const gate = gates.of(request.name);
    const began = performance.now();
    try {
      const result = await inTransaction(parts.database, (trx) =>
        gate.isRestricted ? claimGated(parts, trx, request) : claimOpen(trx, request, gate.version),
      );
      meter.claimed(result.claimed, (performance.now() - began) / 1000);
      return result;
    } catch (error) {
      if (!(error instanceof StaleControlError)) throw error;
      gates.note(request.name, error.control);
    }
  }
}

const NOTHING: ClaimResult = { claimed: [], more: false };

async function claimOpen(
  trx: Transaction<Schema>,
  request: ClaimRequest,
  version: number,
): Promise<ClaimResult> {
  const { name, limit, tenant } = request;
  const found =
    tenant === null
      ? { deliveries: await lockReadyParents(trx, null, name, limit), andReady: true }
      : { deliveries: await selectDueForTenant(trx, tenant, name, limit), andReady: false };
  const { started, continued } = await claimFound(trx, request, found, limit, version);
  if (started.length === 0 || continued.length > 0) await checkGate(trx, name, version);
  const claimed = await record(trx, request.owner, started, continued);
  return { claimed, more: claimed.length === limit };
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
): Promise<ClaimResult> {
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
      ? { deliveries: await lockReadyParents(trx, null, name, limit), andReady: true }
      : { deliveries: await selectWithinCapacity(trx, control, room, tenant, limit), andReady: false };
  const { started, continued } = await claimFound(trx, request, found, limit, control.version);
  const claimed = await record(trx, owner, started, continued);
  await recordStarts(trx, control, claimed.length);
  // With room left it may have more at once; without, the end of a run or of the period tells.
  const more = claimed.length === request.limit || claimed.length < found.deliveries.length;
  return { claimed, more };
}

/** What is to be claimed. */
interface Found {
  readonly deliveries: readonly Delivery[];
  /** Whether tasks that are ready are claimed too. */
  readonly andReady: boolean;
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
  const available = await claimAvailable(trx, owner, [{ ...gate, leaseSeconds, isOpen: true }], left);
  return { started: [...delivered, ...available.claimed], continued };
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
