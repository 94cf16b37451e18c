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
import type { ClaimedTask, Delivery } from '../db/queries/queue.ts';
import { type AskedDefinition, claimAvailable } from '../db/queries/queue-claim.ts';
import type { TenantRoom } from '../db/queries/tenant-turns.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inStatement, inTransaction } from '../db/transaction.ts';
import type { TaskQueue } from './task-queue.ts';
import { announceTransitions, recordTransitions, type WrittenTransition } from './transition.ts';

/** Number of extra parents to select if tenants are limited, because some tenants may have no capacity. */
const PARENTS_MORE = 100;

/** The number of runs that the limits of a definition still allow. */
interface Capacity {
  /** `Infinity` if unlimited. */
  readonly total: number;
  /** Running tasks by tenant; empty unless a limit needs it. */
  readonly running: Map<string, number>;
  /** Seconds until the rate limit has capacity again, if it has none now. */
  readonly againInSeconds: number | undefined;
}

/** Computes the capacity that the limits of a locked control row leave. */
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

/** Locks parents whose children have ended within the limit per tenant, and adds them to the running tasks. */
async function lockParentsWithin(
  trx: Transaction<Schema>,
  { name, limits: { perTenant = Number.POSITIVE_INFINITY } }: DefinitionControl,
  running: Map<string, number>,
  tenant: string | null,
  limit: number,
): Promise<Delivery[]> {
  const parents = await lockReadyParents(
    trx,
    tenant,
    name,
    limit + (Number.isFinite(perTenant) ? PARENTS_MORE : 0),
  );
  const within: Delivery[] = [];
  for (const parent of parents) {
    const runs = running.get(parent.tenant) ?? 0;
    if (runs >= perTenant || within.length === limit) continue;
    running.set(parent.tenant, runs + 1);
    within.push(parent);
  }
  return within;
}

/** Records starts for the rate limit, if there is one. Call it after the audit of the runs. */
async function recordRateLimitedStarts(
  trx: Transaction<Schema>,
  { name, limits: { rate } }: DefinitionControl,
  runs: number,
): Promise<void> {
  if (rate !== undefined && runs > 0) await recordDefinitionStarts(trx, name, rate.seconds, runs);
}

/** A request to claim tasks of a definition. */
export interface ClaimRequest {
  /** Name of the definition. */
  readonly name: string;
  /** Maximum number of tasks. */
  readonly limit: number;
  /** Owner of the leases. */
  readonly owner: string;
  readonly leaseSeconds: number;
  /** Claims only tasks of this tenant; `null` for all. */
  readonly tenant: string | null;
}

/** The result of a claim. */
export interface ClaimResult {
  readonly claimed: readonly ClaimedTask[];
  /** True if more tasks may be due. */
  readonly more: boolean;
  /** Seconds until the rate limit has capacity again, if it has none now. */
  readonly againInSeconds?: number | undefined;
}

/** Dependencies of claims. */
export interface ClaimDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
}

/** The cached control of a definition is stale: the definition was paused, resumed or limited. */
class StaleControlError extends Error {
  readonly control: DefinitionControl | undefined;

  constructor(control: DefinitionControl | undefined) {
    super('The definition has been paused, resumed or limited.');
    this.control = control;
  }
}

/** A definition in a claim of several. */
interface DueDefinition {
  readonly name: string;
  readonly leaseSeconds: number;
}

/** A request to claim tasks of several definitions. */
interface DueRequest {
  /** The definitions, in round-robin order. */
  readonly definitions: readonly DueDefinition[];
  /** Maximum number of tasks. */
  readonly limit: number;
  /** Owner of the leases. */
  readonly owner: string;
}

/** The result of a claim of several definitions. */
interface DueClaim {
  readonly claimed: readonly ClaimedTask[];
  /** Definitions that may have more due tasks, in round-robin order. */
  readonly more: readonly string[];
  /** Seconds until the rate limit has capacity again, by definition, if it has none now. */
  readonly againInSeconds: ReadonlyMap<string, number>;
}

/**
 * Claims due tasks of several definitions; all runs of this process begin with it. One statement claims the available tasks
 * of all unrestricted definitions. It compares the cached control version of each definition, and claims nothing of those
 * whose version is stale.
 *
 * Some definitions are claimed by themselves next: limited ones, whose claims are serialized so that runs can be counted, and
 * those with parents whose children have ended, in a transaction; and those with tasks of several tenants, by turns.
 */
export async function claimDue(deps: ClaimDeps, request: DueRequest): Promise<DueClaim> {
  const { controlCache, separate, turns } = deps.queue;
  const { definitions, limit, owner } = request;
  const [first, ...others] = definitions;
  if (first !== undefined && separate.delete(first.name)) {
    const { name, leaseSeconds } = first;
    const result = await claimSeparately(deps, { name, leaseSeconds, limit, owner, tenant: null });
    return {
      claimed: result.claimed,
      more: [...others.map((one) => one.name), ...(result.more ? [name] : [])],
      againInSeconds: new Map(result.againInSeconds === undefined ? [] : [[name, result.againInSeconds]]),
    };
  }
  // Limited definitions are claimed separately in any case.
  const needsTurns = ({ name }: DueDefinition): boolean =>
    !controlCache.of(name).isRestricted && (turns.isShared(name) || turns.isOldestDue(name));
  const claimsByTurns = first !== undefined && needsTurns(first);
  const asked = claimsByTurns ? [first] : definitions.filter((one) => !needsTurns(one));
  const left = definitions.filter((one) => !asked.includes(one)).map((one) => one.name);
  const result = await claimTogether(deps, { definitions: asked, limit, owner }, claimsByTurns);
  return { ...result, more: [...new Set([...left, ...result.more])] };
}

/**
 * Claims available tasks of unrestricted definitions with one statement.
 *
 * @param byTurns claims by turns of the tenants; only for a single definition
 */
async function claimTogether(
  { database, queue: { controlCache, meter, separate, turns } }: ClaimDeps,
  { definitions, limit, owner }: DueRequest,
  byTurns: boolean,
): Promise<Omit<DueClaim, 'more'> & { more: string[] }> {
  const names = definitions.map(({ name }) => name);
  const unsure = names.filter((name) => controlCache.isStale(name));
  if (unsure.length > 0) {
    const controls = await readControls(database.sql);
    for (const name of unsure) controlCache.note(name, controls.get(name));
  }
  const asked = definitions.map(({ name, leaseSeconds }): AskedDefinition => {
    const { version, isRestricted } = controlCache.of(name);
    return { name, leaseSeconds, version, isOpen: !isRestricted };
  });
  const [first = ''] = names;
  const byAge = turns.isOldestDue(first);
  const selection = byTurns ? { turn: turns.of(first), byAge } : undefined;
  const began = performance.now();
  const group = await inStatement(database, async (sql, after) => {
    const done = await claimAvailable(sql, owner, asked, limit, selection);
    announceTransitions(after, done.claimed.length);
    return done;
  });
  const { claimed, stale, resumable, restricted } = group;
  meter.claimed(claimed, (performance.now() - began) / 1000);
  for (const name of stale) controlCache.markStale(name);
  const next = [...restricted, ...resumable].filter((name) => !controlCache.of(name).isPaused);
  for (const name of next) separate.add(name);
  // If the limit was reached, definitions after the last claimed one come first in the next claim.
  const last = Math.max(...claimed.map(({ task }) => names.indexOf(task.name)));
  const isFull = claimed.length === limit;
  const cut = isFull ? [...names.slice(last + 1), ...names.slice(last, last + 1)] : [];
  if (byTurns) turns.noteTurns(first, group.served, isFull, byAge);
  else
    for (const [index, { name, isOpen }] of asked.entries())
      if (isOpen) turns.noteClaim(name, isFull && index === last);
  for (const name of group.shared) {
    const tenant = claimed.findLast(({ task }) => task.name === name)?.task.tenant;
    if (cut.includes(name) || next.includes(name)) turns.noteShared(name, tenant);
  }
  const unfinished = group.served?.hasMore ? names : [];
  return { claimed, more: [...next, ...stale, ...cut, ...unfinished], againInSeconds: new Map() };
}

/** Claims due tasks of one definition, optionally of one tenant only. */
export async function claimBatch(deps: ClaimDeps, request: ClaimRequest): Promise<ClaimResult> {
  const { name, leaseSeconds, limit, owner, tenant } = request;
  if (tenant !== null) return claimSeparately(deps, request);
  for (;;) {
    const { claimed, more, againInSeconds } = await claimDue(deps, {
      definitions: [{ name, leaseSeconds }],
      limit,
      owner,
    });
    if (claimed.length > 0 || more.length === 0)
      return { claimed, more: more.length > 0, againInSeconds: againInSeconds.get(name) };
  }
}

/** Claims tasks that need a transaction: parents whose children have ended, and tasks restricted by limits or a tenant. */
async function claimSeparately(deps: ClaimDeps, request: ClaimRequest): Promise<ClaimResult> {
  const { controlCache, meter } = deps.queue;
  for (;;) {
    const known = controlCache.of(request.name);
    const began = performance.now();
    try {
      const result = await inTransaction(deps.database, (trx) =>
        known.isRestricted
          ? claimRestricted(deps, trx, request)
          : claimOpen(deps, trx, request, known.version),
      );
      meter.claimed(result.claimed, (performance.now() - began) / 1000);
      return result;
    } catch (error) {
      if (!(error instanceof StaleControlError)) throw error;
      controlCache.note(request.name, error.control);
    }
  }
}

const NOTHING: ClaimResult = { claimed: [], more: false };

async function claimOpen(
  { queue }: ClaimDeps,
  trx: Transaction<Schema>,
  request: ClaimRequest,
  version: number,
): Promise<ClaimResult> {
  const { name, limit, tenant } = request;
  const parents = await lockReadyParents(trx, tenant, name, limit);
  const found = { parents, version, limit };
  const { started, continued, hasMore } = await claimFound(trx, queue, request, found);
  if (started.length === 0 || continued.length > 0) await checkControlVersion(trx, name, version);
  const claimed = await record(trx, request.owner, started, continued);
  return { claimed, more: claimed.length === limit || hasMore };
}

/** @throws StaleControlError if the control row has another version */
async function checkControlVersion(db: Kysely<Schema>, name: string, version: number): Promise<void> {
  const control = (await readControls(db, name)).get(name);
  if ((control?.version ?? 0) !== version) throw new StaleControlError(control);
}

async function claimRestricted(
  { queue }: ClaimDeps,
  trx: Transaction<Schema>,
  request: ClaimRequest,
): Promise<ClaimResult> {
  const { name, owner, tenant } = request;
  const control = await lockControl(trx, name);
  queue.controlCache.note(name, control);
  if (control === undefined) throw new StaleControlError(control);
  if (control.paused !== null) return NOTHING;
  const capacity = await readCapacity(trx, control);
  if (capacity.total <= 0) return { ...NOTHING, againInSeconds: capacity.againInSeconds };
  const limit = Math.min(request.limit, capacity.total);
  const { running } = capacity;
  const parents = await lockParentsWithin(trx, control, running, tenant, limit);
  const { perTenant } = control.limits;
  const room = perTenant === undefined ? undefined : { perTenant, running };
  const found = { parents, version: control.version, limit, room };
  const { started, continued, hasMore } = await claimFound(trx, queue, request, found);
  const claimed = await record(trx, owner, started, continued);
  await recordRateLimitedStarts(trx, control, claimed.length);
  // If the limits are exhausted, the end of a run or of the rate period triggers the next claim.
  const more = claimed.length === request.limit || continued.length < parents.length || hasMore;
  return { claimed, more };
}

/** The tasks that a transaction may claim of a definition. */
interface Found {
  readonly parents: readonly Delivery[];
  /** The version of the control. */
  readonly version: number;
  /** Maximum number of tasks. */
  readonly limit: number;
  /** The limit per tenant; `undefined` if there is none. */
  readonly room?: TenantRoom | undefined;
}

/** Claims the selected parents, and then available tasks. */
async function claimFound(
  trx: Transaction<Schema>,
  { turns }: TaskQueue,
  { name, owner, leaseSeconds, tenant }: ClaimRequest,
  { parents, version, limit, room }: Found,
): Promise<{
  readonly started: readonly ClaimedTask[];
  readonly continued: readonly ClaimedParent[];
  /** True if a tenant may have more tasks than its turn has allowed. */
  readonly hasMore: boolean;
}> {
  const continued = await claimContinuations(trx, parents, owner, leaseSeconds);
  const left = limit - continued.length;
  if (left <= 0) return { started: [], continued, hasMore: false };
  const key = tenant === null ? name : `${name}\n${tenant}`;
  const byAge = turns.isOldestDue(key);
  const byTurns = byAge || tenant !== null || room !== undefined || turns.isShared(key);
  const selection = byTurns ? { turn: turns.of(key), tenant, room, byAge } : undefined;
  const asked = [{ name, version, leaseSeconds, isOpen: true }];
  const { claimed, served, shared } = await claimAvailable(trx, owner, asked, left, selection);
  const isFull = claimed.length === left;
  if (byTurns) turns.noteTurns(key, served, isFull, byAge);
  else turns.noteClaim(key, isFull);
  if (isFull && shared.length > 0) turns.noteShared(key, claimed.at(-1)?.task.tenant);
  return { started: claimed, continued, hasMore: served?.hasMore ?? false };
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
