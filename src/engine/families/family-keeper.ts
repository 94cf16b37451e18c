import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { familyPercent } from '../../domain/family.ts';
import { message } from '../../domain/message.ts';
import type { Database } from '../../store/database.ts';
import {
  type FamilyStanding,
  readStandings,
  writeParentProgress,
} from '../../store/families/family-progress.ts';
import { listReadyParents, listStopping, replaceParentJob } from '../../store/families/neglected-families.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { JobQueue } from '../job-queue.ts';
import { stopTree } from './stop-tree.ts';

/** News of children are gathered this long, so that thousands of ends are few writes of their parents' progress. */
const GATHER_MS = 250;
const RECONCILE_MS = 60_000;
/** A parent's job must have been sent this long before it is looked for. */
const OVERDUE_SECONDS = 60;
const BATCH = 200;

/**
 * Looks after tasks that wait for their children: writes their progress and stops what is to be stopped, when it hears of
 * a child's move; and brings back, now and then, what a fault has left behind. What must not be lost is written by the
 * transactions that move the children.
 */
export class FamilyKeeper {
  readonly #database: Database;
  readonly #queue: JobQueue;
  readonly #log: Logger;
  readonly #heard = new Set<number>();
  #gathering: NodeJS.Timeout | undefined;
  #reconciling: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #reconciledTo = 0;
  #unsubscribe: () => void = () => undefined;

  constructor(parts: { readonly database: Database; readonly queue: JobQueue }, log: Logger) {
    this.#database = parts.database;
    this.#queue = parts.queue;
    this.#log = log;
  }

  /** Begins to listen; goes on with the stops that a crash has interrupted. */
  start(): void {
    this.#unsubscribe = this.#database.signals.subscribe((signal) => {
      if (signal.kind === 'children') this.#hear(signal.parentIds);
    });
    this.#reconciling = setInterval(() => {
      this.#do(() => this.sendMissingJobs());
      this.#do(() => this.finishStops());
    }, RECONCILE_MS);
    this.#do(() => this.finishStops());
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#gathering);
    clearInterval(this.#reconciling);
    await this.#working;
  }

  /** Sends again the jobs of parents whose children have ended and whose job is gone. Resolves to how many there were. */
  async sendMissingJobs(overdueSeconds = OVERDUE_SECONDS): Promise<number> {
    const { sql, signals } = this.#database;
    const ready = await listReadyParents(sql, overdueSeconds, this.#reconciledTo, BATCH);
    this.#reconciledTo = ready.length < BATCH ? 0 : (ready.at(-1)?.taskId ?? 0);
    const live = await this.#queue.live(
      sql,
      ready.map((parent) => parent.jobId),
    );
    let sent = 0;
    for (const parent of ready) {
      if (live.has(parent.jobId) || !this.#queue.has(parent.name)) continue;
      const { name, taskId, priority } = parent;
      const jobId = randomUUID();
      const again = await inTransaction(sql, async (trx) => {
        if (!(await replaceParentJob(trx, parent, jobId))) return false;
        await this.#queue.send(trx, [{ name, jobId, taskId, priority, delaySeconds: 0 }]);
        return true;
      });
      if (again) sent += 1;
      signals.publish({ kind: 'due', names: [name] });
    }
    if (sent > 0) this.#log.warn({ tasks: sent }, 'parents whose children have ended were sent again');
    return sent;
  }

  /** Goes on with stops of children that have not reached all of them. */
  async finishStops(): Promise<void> {
    for (const parentId of await listStopping(this.#database.sql, BATCH)) {
      await stopTree({ database: this.#database, queue: this.#queue }, parentId);
    }
  }

  #hear(parentIds: readonly number[]): void {
    for (const id of parentIds) this.#heard.add(id);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#do(() => this.#look());
    }, GATHER_MS);
  }

  async #look(): Promise<void> {
    const parentIds = [...this.#heard];
    this.#heard.clear();
    const standings = await readStandings(this.#database.sql, parentIds);
    const due = standings.filter((family) => family.isReady).map((family) => family.name);
    if (due.length > 0) this.#database.signals.publish({ kind: 'due', names: [...new Set(due)] });
    const written = await writeParentProgress(this.#database.sql, standings.flatMap(progressOf));
    if (written.length > 0)
      this.#database.signals.publish({ kind: 'progress', taskIds: written.map((one) => one.taskId) });
    const above = written.flatMap((one) => one.parentId ?? []);
    if (above.length > 0) this.#hear(above);
    for (const family of standings.filter(({ isStopping }) => isStopping)) {
      await stopTree({ database: this.#database, queue: this.#queue }, family.parentId);
    }
  }

  #do(work: () => Promise<unknown>): void {
    this.#working = this.#working
      .then(work)
      .then(() => undefined)
      .catch((error: unknown) => this.#log.warn({ err: error }, 'looking after families failed'));
  }
}

function progressOf(family: FamilyStanding) {
  const { parentId, jobId, ended, total } = family;
  if (jobId === null) return [];
  const percent = familyPercent(family.weight, family.weightEnded, family.running);
  return [{ parentId, jobId, percent, text: message`${ended} of ${total} children have ended.` }];
}
