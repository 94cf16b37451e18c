import { type Kysely, sql } from 'kysely';
import { inEnglish, type Message, type MessageData, message } from '../../core/message.ts';
import { type StoredState, storedStateOf, TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { PREPARED } from '../sql.ts';
import { IS_STOP } from './task.ts';

/** A state change of a task for the audit log. */
export interface StateChange {
  readonly taskId: number;
  readonly tenant: string;
  /** The associate who did it; 0 is the server. */
  readonly actorId: number;
  /** The process that did it on behalf of a run; null for a caller. */
  readonly nodeId: string | null;
  /** Null when the task is created. */
  readonly from: StoredState | null;
  readonly to: StoredState;
  readonly attempt: number;
  readonly reason: Message;
  /** True if a stop ends the task; by default false. */
  readonly stopped?: boolean | undefined;
  /** The new task if it is created, unless it is internal. Its events need it after the task is deleted. */
  readonly created?: TaskOrigin | undefined;
}

/** What events tell about a task besides its changes. */
interface TaskOrigin {
  readonly ownerId: number;
  /** The definition's name. */
  readonly name: string;
}

/** Changes of several tasks that are otherwise equal. */
interface ChangeGroup {
  readonly ids: number[];
  /** Number of earlier changes of each of these tasks in the same call. */
  readonly place: number;
  readonly tenant: string;
  readonly actor_id: number;
  readonly node_id: string | null;
  readonly from_state: number | null;
  readonly to_state: number;
  readonly attempt: number;
  readonly reason: string;
  readonly message: MessageData | null;
  readonly stopped: true | null;
  readonly owner_id: number | undefined;
  readonly name: string | undefined;
}

/** Target of an INSERT of audit rows, with its columns. */
export const INTO_AUDIT = sql`batchline.task_audit
  (task_id, tenant, actor_id, node_id, from_state, to_state, attempt, reason, reason_message, stopped)`;

/** The same for the rows of new tasks: their owner and definition follow, which are null for internal tasks. */
export const INTO_AUDIT_OF_STARTS = sql`batchline.task_audit
  (task_id, tenant, actor_id, node_id, from_state, to_state, attempt, reason, reason_message, stopped, owner_id, name)`;

/** Inserts audit rows for state changes. Call it in their transaction. Changes of one task keep their order. */
export async function insertAudit(db: Kysely<Schema>, changes: readonly StateChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    insert into ${INTO_AUDIT_OF_STARTS}
    select i.id::int, d.tenant, d.actor_id, d.node_id, d.from_state, d.to_state, d.attempt, d.reason, d.message, d.stopped,
      d.owner_id, d.name
    from json_to_recordset(${JSON.stringify(grouped(changes))}::text::json) as d (
      ids json, place int, tenant text, actor_id int, node_id text,
      from_state smallint, to_state smallint, attempt int, reason text, message jsonb, stopped boolean,
      owner_id int, name text
    ) cross join lateral json_array_elements_text(d.ids) as i (id)
    order by d.place ${PREPARED}`.execute(db);
}

/** The reason of the start of a run; its value is the number of the run. Claims store only its text. */
export const RUN_BEGINS = message`Run ${0} begins.`;

const RUN_BEGINS_TEXT = /^Run (\d+) begins\.$/;

/** Returns the message of a stored reason. */
function reasonMessageOf({ reason, reason_message }: AuditRow): MessageData {
  if (reason_message !== null) return reason_message;
  const run = RUN_BEGINS_TEXT.exec(reason)?.[1];
  return run === undefined
    ? { template: reason, values: [] }
    : { template: RUN_BEGINS.template, values: [Number(run)] };
}

/** Returns the message to store beside the English text of a reason; null if the text is the template. */
export function keptMessage(reason: Message): MessageData | null {
  return reason.values.length === 0 ? null : reason;
}

/** Groups equal changes, because many tasks often change in the same way and the statement gets smaller. */
function grouped(changes: readonly StateChange[]): ChangeGroup[] {
  const groups = new Map<string, ChangeGroup>();
  const places = new Map<number, number>();
  for (const change of changes) {
    const { taskId, tenant, actorId, nodeId, from, to, attempt, reason, stopped = false, created } = change;
    const place = places.get(taskId) ?? 0;
    places.set(taskId, place + 1);
    const { template, values } = reason;
    const key = JSON.stringify([
      place,
      tenant,
      actorId,
      nodeId,
      from,
      to,
      attempt,
      stopped,
      created,
      template,
      values,
    ]);
    const group = groups.get(key);
    if (group !== undefined) group.ids.push(taskId);
    else {
      groups.set(key, {
        ids: [taskId],
        place,
        tenant,
        actor_id: actorId,
        node_id: nodeId,
        from_state: from === null ? null : TaskState[from],
        to_state: TaskState[to],
        attempt,
        reason: inEnglish(reason),
        message: keptMessage(reason),
        stopped: stopped || null,
        owner_id: created?.ownerId,
        name: created?.name,
      });
    }
  }
  return [...groups.values()];
}

/** A stored state change. */
export interface AuditEntry extends Omit<StateChange, 'taskId' | 'tenant' | 'reason' | 'created'> {
  readonly at: Date;
  /** True if a stop ended the task. */
  readonly stopped: boolean;
  /** In English. */
  readonly reason: string;
  readonly reasonMessage: MessageData;
}

/** Reads the state changes of a task, oldest first. */
export async function readAudit(db: Kysely<Schema>, taskId: number): Promise<AuditEntry[]> {
  const { rows } = await sql<AuditRow>`
    select ${AUDIT_COLUMNS} from batchline.task_audit as a where a.task_id = ${taskId} order by a.id`.execute(
    db,
  );
  return rows.map(toAuditEntry);
}

/**
 * Joins `d`: owner and definition of a deleted task, for `batchline.task_audit as a` left-joined to `batchline.task as t`. The
 * first row of the task has them, or the last one if a release before 0.3.0 started the task (`deleteTaskRows`). The
 * conditions are inside, so that rows of other tasks look up nothing.
 */
export const JOIN_DELETED_TASK = sql`left join lateral (
  select l.owner_id, l.name from batchline.task_audit as l
  where t.id is null and a.name is null and l.task_id = a.task_id and l.name is not null
  order by l.id limit 1
) as d on true`;

/** The columns of `batchline.task_audit as a` that `toAuditEntry` needs. */
export const AUDIT_COLUMNS = sql`a.at, a.actor_id, a.node_id, a.from_state, a.to_state, a.attempt, a.reason,
  a.reason_message, ${IS_STOP} as stopped`;

/** A row with these columns. */
export interface AuditRow {
  readonly at: Date;
  readonly actor_id: number;
  readonly node_id: string | null;
  readonly from_state: number | null;
  readonly to_state: number;
  readonly attempt: number;
  readonly reason: string;
  readonly reason_message: MessageData | null;
  readonly stopped: boolean;
}

/** Maps a row to an audit entry. */
export function toAuditEntry(row: AuditRow): AuditEntry {
  return {
    at: row.at,
    actorId: row.actor_id,
    nodeId: row.node_id,
    from: row.from_state === null ? null : storedStateOf(row.from_state),
    to: storedStateOf(row.to_state),
    attempt: row.attempt,
    reason: row.reason,
    reasonMessage: reasonMessageOf(row),
    stopped: row.stopped,
  };
}
