import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { RunAs } from '../../core/access.ts';
import type { AttemptError } from '../../core/attempt.ts';
import type { MessageData } from '../../core/message.ts';

/** The message of a localizable text; null for plain text. */
export type MessageColumn = ColumnType<MessageData | null, string | null | undefined, string | null>;

/** Table `batchline.task`: one row per batch task. */
export interface TaskTable {
  id: GeneratedAlways<number>;
  tenant: string;
  name: string;
  owner_id: number;
  is_internal: boolean;
  details_table: number;
  details_record: number;
  /** The row of `binary_object` with the ParameterObject. */
  parameter_object_id: number | null;
  created: Generated<Date>;
  updated: Generated<Date>;
  updated_by: Generated<number>;
  updated_count: Generated<number>;
  last_started: Date | null;
  start_count: Generated<number>;
  context: string;
  result: Generated<string>;
  result_message: MessageColumn;
  state: number;
  description: string;
  response: string;
  request: string;
  progress_description: Generated<string>;
  progress_message: MessageColumn;
  progress_percent: Generated<number>;
  file_name: string;
  cancellation: number;
  /** The fencing token. */
  attempt: Generated<number>;
  /** Failed runs since the task was started or restarted. */
  failures: Generated<number>;
  /** Lost runs since then. */
  losses: Generated<number>;
  /** Set on a delayed task until the stager promotes it; on a waiting parent, the token of the wait. */
  job_id: string | null;
  /** Due time of the next run, while New. */
  run_after: Generated<Date>;
  /** Tasks with a higher priority run first. */
  priority: Generated<number>;
  /** The process that runs it; null if none does, or a client has set State itself. */
  lease_owner: string | null;
  lease_until: Date | null;
  /** The stop request as text, which becomes the Result. It stays until the task is restarted: the task was stopped. */
  stop_note: string | null;
  stop_message: MessageColumn;
  checkpoint: ColumnType<unknown, string | null, string | null>;
  /** The attempt whose result file belongs to the checkpoint; null if there is none. */
  file_attempt: number | null;
  /** The parent; null if a caller or the server has started the task. */
  parent_id: number | null;
  /** Key of the child, unique within its parent. */
  child_key: string | null;
  /** Weight in the parent's progress. */
  child_weight: Generated<number>;
  /** Number of ancestors. */
  depth: Generated<number>;
  /** W3C trace context of its start; null if it has none. */
  traceparent: string | null;
  tracestate: string | null;
  /** Rights of the sign-in that started it; null in tasks of earlier releases. */
  run_as: ColumnType<RunAs | null, string | null | undefined, string | null>;
  /** The schedule that started it; null also in tasks of earlier releases. */
  schedule_id: number | null;
}

/**
 * Table `batchline.task_family`: the counts of children, one row per parent. It is locked after the rows of tasks, always
 * last, to avoid deadlocks.
 */
export interface TaskChildrenTable {
  parent_id: number;
  total: Generated<number>;
  ended: Generated<number>;
  /** Number of ended children that failed. */
  failed: Generated<number>;
  weight: Generated<string>;
  weight_ended: Generated<string>;
  on_failure: Generated<string>;
  /** Token of the wait (`task.job_id` of the parent); null if it does not wait. */
  job_id: string | null;
  /** When all children of a waiting parent had ended; null before. */
  ready_since: Date | null;
  /** True if a requested stop has not reached all children yet. */
  stopping: Generated<boolean>;
  stop_message: MessageColumn;
}

/** Table `batchline.deleted_child`: keys of deleted children, so that later runs do not start them again. */
export interface DeletedChildTable {
  parent_id: number;
  child_key: string;
  id: number;
}

/** Table `batchline.binary_object`: ParameterObjects as JSON text. */
export interface BinaryObjectTable {
  id: GeneratedAlways<number>;
  tenant: string;
  content: string;
}

/** Table `batchline.task_audit`: one row per state change of a task. */
export interface TaskAuditTable {
  id: GeneratedAlways<string>;
  task_id: number;
  tenant: string;
  at: Generated<Date>;
  /** The associate who did it; 0 is the server. */
  actor_id: number;
  /** The process that did it on behalf of a run; null for a caller. */
  node_id: string | null;
  /** Null when the task is created. */
  from_state: number | null;
  to_state: number;
  attempt: number;
  reason: string;
  /** Null also if the reason has no values, so that its text is the template. */
  reason_message: MessageColumn;
  /** True if a stop ended the task; null otherwise, and in rows of 0.2.0. */
  stopped: boolean | null;
  /**
   * Owner of the task, in its first row; null in the others, and for internal tasks. If a release before 0.3.0 started or
   * deleted the task, it is in the last row, or in all of them, from the deletion on.
   */
  owner_id: number | null;
  /** Definition of the task; null as `owner_id`. */
  name: string | null;
}

/** Table `batchline.task_attempt`: one row for every ended attempt. */
export interface TaskAttemptTable {
  task_id: number;
  /** The fencing token. */
  number: number;
  /** The process that ran the task; null if a client set State itself. */
  worker: string | null;
  claimed: Date | null;
  /** null if the run never began. */
  started: Date | null;
  ended: Generated<Date>;
  /** An `AttemptOutcome`. */
  outcome: number;
  error: ColumnType<AttemptError | null, string | null, never>;
  progress_percent: number;
  progress_description: string;
  progress_message: MessageColumn;
  /** Seconds until the next attempt; null if none follows. */
  next_delay: number | null;
  reason: string;
  reason_message: MessageColumn;
}

/** Table `batchline.task_log`: the last log lines of the runs of each task. */
export interface TaskLogTable {
  id: GeneratedAlways<string>;
  task_id: number;
  attempt: number;
  at: Generated<Date>;
  level: string;
  message: string;
}

/** Table `batchline.idempotency_key`: responses to starts with an idempotency key. */
export interface IdempotencyKeyTable {
  associate_id: number;
  key: string;
  /** Hash of the request. */
  fingerprint: string;
  /** The id of the started task; null for a bulk start, and within the transaction of the start. */
  answer: number | null;
  /** The ids of a bulk start, in the order of the call. */
  answers: number[] | null;
  created: Generated<Date>;
}
