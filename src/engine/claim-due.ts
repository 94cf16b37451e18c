import { message } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import { insertAudit, type StateChange } from '../store/tasks/audit.ts';
import { type ClaimedTask, claimTasks } from '../store/tasks/claim-tasks.ts';
import { lockDueTasks } from '../store/tasks/due-tasks.ts';
import type { JobQueue } from './job-queue.ts';

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
}

/** Takes due tasks of a definition and claims them, in one transaction: every run begins with this. */
export async function claimDue(
  parts: { readonly database: Database; readonly queue: JobQueue },
  { name, limit, owner, leaseSeconds, tenant }: ClaimRequest,
): Promise<ClaimResult> {
  const { queue, database } = parts;
  return database.sql.transaction().execute(async (trx) => {
    const deliveries =
      tenant === null ? await queue.take(trx, name, limit) : await lockDueTasks(trx, tenant, name, limit);
    if (deliveries.length === 0) return { claimed: [], more: false };
    const claimed = await claimTasks(trx, deliveries, owner, leaseSeconds);
    await insertAudit(
      trx,
      claimed.flatMap((one) => claimAudit(one, owner)),
    );
    const held = new Set(claimed.map((one) => one.jobId));
    // Delivered once too often, or no longer due: the row has decided.
    const stale = deliveries.filter((delivery) => !held.has(delivery.jobId));
    await queue.settle(
      trx,
      stale.map((delivery) => ({ name, jobId: delivery.jobId })),
    );
    return { claimed, more: deliveries.length === limit };
  });
}

/** The two moves that a claim makes: New to Aquired by its owner, Aquired to Started by the run. */
function claimAudit({ task }: ClaimedTask, owner: string): StateChange[] {
  const common = { taskId: task.id, tenant: task.tenant, actorId: 0, nodeId: owner, attempt: task.attempt };
  return [
    { ...common, from: 'New', to: 'Aquired', reason: message`Claimed.` },
    { ...common, from: 'Aquired', to: 'Started', reason: message`Run ${task.startCount} begins.` },
  ];
}
