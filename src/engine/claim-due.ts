import type { Transaction } from 'kysely';
import { message } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import {
  type DefinitionControl,
  lockControl,
  readControls,
} from '../store/definitions/definition-control.ts';
import { type ClaimedParent, claimContinuations } from '../store/families/claim-continuations.ts';
import type { Schema } from '../store/schema.ts';
import { insertAudit, type StateChange } from '../store/tasks/audit.ts';
import { type ClaimedTask, claimTasks, type Delivery } from '../store/tasks/claim-tasks.ts';
import { inTransaction } from '../store/transaction.ts';
import type { JobQueue } from './job-queue.ts';
import { lockDue } from './lock-due.ts';
import { noteStarts, readRoom, takeWithin } from './room.ts';

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
export interface ClaimParts {
  readonly database: Database;
  readonly queue: JobQueue;
}

const NOTHING: ClaimResult = { claimed: [], more: false };

/** The definition was paused or limited, or no longer is, since this process has looked. */
class GateChanged extends Error {
  readonly control: DefinitionControl | undefined;

  constructor(control: DefinitionControl | undefined) {
    super('The definition has been paused, resumed or limited.');
    this.control = control;
  }
}

/**
 * Takes due tasks of a definition and claims them, in one transaction: every run begins with this. A definition
 * that is not paused and has no limits costs no statement more: the claim itself says which version of the
 * definition's control it knows, and claims nothing under a newer one. One that is limited is claimed by one
 * process at a time, so that what runs can be counted.
 */
export async function claimDue(parts: ClaimParts, request: ClaimRequest): Promise<ClaimResult> {
  const { gates } = parts.queue;
  for (;;) {
    const gate = gates.of(request.name);
    const began = performance.now();
    try {
      const result = await inTransaction(parts.database.sql, (trx) =>
        gate.isGated ? claimGated(parts, trx, request) : claimOpen(parts, trx, request, gate.version),
      );
      parts.queue.meter.claimed(request.name, result.claimed, (performance.now() - began) / 1000);
      if (result.claimed.length > 0) parts.database.signals.publish({ kind: 'changed' });
      return result;
    } catch (error) {
      if (!(error instanceof GateChanged)) throw error;
      gates.note(request.name, error.control);
    }
  }
}

async function claimOpen(
  { queue }: ClaimParts,
  trx: Transaction<Schema>,
  request: ClaimRequest,
  version: number,
): Promise<ClaimResult> {
  const { name, limit, tenant } = request;
  const deliveries =
    tenant === null ? await queue.take(trx, name, limit) : await lockDue(trx, tenant, name, limit);
  if (deliveries.length === 0) return NOTHING;
  const claimed = await claim(queue, trx, request, deliveries, version, async () => {
    const control = (await readControls(trx, name)).get(name);
    if ((control?.version ?? 0) !== version) throw new GateChanged(control);
  });
  return { claimed, more: deliveries.length === limit };
}

async function claimGated(
  { queue }: ClaimParts,
  trx: Transaction<Schema>,
  request: ClaimRequest,
): Promise<ClaimResult> {
  const control = await lockControl(trx, request.name);
  queue.gates.note(request.name, control);
  if (control === undefined) throw new GateChanged(control);
  if (control.paused !== null) return NOTHING;
  const room = await readRoom(trx, control);
  if (room.total <= 0) return { ...NOTHING, againInSeconds: room.againInSeconds };
  const limit = Math.min(request.limit, room.total);
  const deliveries = await takeWithin(queue, trx, control, room, request.tenant, limit);
  if (deliveries.length === 0) return NOTHING;
  const claimed = await claim(queue, trx, request, deliveries, control.version);
  await noteStarts(trx, control, claimed.length);
  // With room left it may have more at once; without, the end of a run or of the period tells.
  const more = deliveries.length === request.limit || claimed.length < deliveries.length;
  return { claimed, more };
}

/** Claims what was delivered. @param checkGate looks whether the gate has changed meanwhile; throws to undo everything */
async function claim(
  queue: JobQueue,
  trx: Transaction<Schema>,
  { name, owner, leaseSeconds }: ClaimRequest,
  deliveries: readonly Delivery[],
  version: number,
  checkGate?: () => Promise<void>,
): Promise<ClaimedTask[]> {
  const started = await claimTasks(trx, deliveries, owner, leaseSeconds, { name, version });
  const begun = new Set(started.map((one) => one.jobId));
  const others = deliveries.filter((delivery) => !begun.has(delivery.jobId));
  const continued = await claimContinuations(trx, others, owner, leaseSeconds);
  if (started.length === 0 || continued.length > 0) await checkGate?.();
  await insertAudit(trx, [
    ...started.flatMap((one) => claimAudit(one, owner)),
    ...continued.map((one) => continuationAudit(one, owner)),
  ]);
  const claimed = [...started, ...continued];
  const held = new Set(claimed.map((one) => one.jobId));
  // Delivered once too often, or no longer due: the row has decided.
  const stale = deliveries.filter((delivery) => !held.has(delivery.jobId));
  await queue.settle(
    trx,
    stale.map((delivery) => ({ name, jobId: delivery.jobId })),
  );
  return claimed;
}

/** The two moves that a claim makes: New to Aquired by its owner, Aquired to Started by the run. */
function claimAudit({ task }: ClaimedTask, owner: string): StateChange[] {
  const common = { taskId: task.id, tenant: task.tenant, actorId: 0, nodeId: owner, attempt: task.attempt };
  return [
    { ...common, from: 'New', to: 'Aquired', reason: message`Claimed.` },
    { ...common, from: 'Aquired', to: 'Started', reason: message`Run ${task.startCount} begins.` },
  ];
}

function continuationAudit({ task, children }: ClaimedParent, owner: string): StateChange {
  return {
    taskId: task.id,
    tenant: task.tenant,
    actorId: 0,
    nodeId: owner,
    from: 'Started',
    to: 'Started',
    attempt: task.attempt,
    reason: message`${children.ended} of ${children.total} children have ended; run ${task.startCount} begins.`,
  };
}
