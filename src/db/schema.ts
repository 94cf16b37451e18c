import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { AttemptError } from '../core/attempt.ts';
import type { DefinitionLimits } from '../core/concurrency-limits.ts';
import type { MessageData } from '../core/message.ts';
import type { RetentionRules } from '../core/retention.ts';
import type { RunAs } from '../core/run-as.ts';
import type { MissedRuns } from '../core/schedule.ts';

/** A text of our own beside its English wording; null where the text is plain. */
type MessageColumn = ColumnType<MessageData | null, string | null | undefined, string | null>;

/** Table `batchline.task`: one row a batch task. The row decides. */
interface TaskTable {
  id: GeneratedAlways<number>;
  tenant: string;
  name: string;
  owner_id: number;
  is_internal: boolean;
  details_table: number;
  details_record: number;
  /** The row of `binary_object` that holds ParameterObject. */
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
  /** Runs that have failed since the task was started or restarted. */
  failures: Generated<number>;
  /** Runs whose process was lost since then. */
  losses: Generated<number>;
  /** Set on a New task until the stager promotes it when it is due; on a parent, the token that it waits by. */
  job_id: string | null;
  /** When the next run is due, while New. */
  run_after: Generated<Date>;
  /** Higher ones are delivered first. */
  priority: Generated<number>;
  /** The process that runs it; null where nobody does or a client holds it by hand. */
  lease_owner: string | null;
  lease_until: Date | null;
  /** Who asked to stop it and when, in words: the Result of the run that ends by it. */
  stop_note: string | null;
  stop_message: MessageColumn;
  checkpoint: ColumnType<unknown, string | null, string | null>;
  /** The attempt whose result file the checkpoint goes with; null for none. */
  file_attempt: number | null;
  /** The task that has started it; null where a caller or the server has. */
  parent_id: number | null;
  /** What the parent calls it. */
  child_key: string | null;
  /** Its share of the parent's progress. */
  child_weight: Generated<number>;
  /** How many parents stand above it. */
  depth: Generated<number>;
  /** Where its start stands in a distributed trace (W3C Trace Context); null where in none. */
  traceparent: string | null;
  tracestate: string | null;
  /** The rights of the sign-in that started it; null in tasks of older programs. */
  run_as: ColumnType<RunAs | null, string | null | undefined, string | null>;
}

/**
 * Table `batchline.task_family`: one row for every task that has started others. Whoever locks it holds the rows of the
 * tasks already: it is the last lock of a transaction, so that nobody waits crosswise.
 */
interface TaskChildrenTable {
  parent_id: number;
  total: Generated<number>;
  ended: Generated<number>;
  /** Of those that have ended. */
  failed: Generated<number>;
  weight: Generated<string>;
  weight_ended: Generated<string>;
  on_failure: Generated<string>;
  /** The token that the parent waits by (its `job_id`); null if it does not wait. */
  job_id: string | null;
  /** When all children had ended; null before. */
  ready_since: Date | null;
  /** Whether children are still to be told that they are stopped. */
  stopping: Generated<boolean>;
  stop_message: MessageColumn;
}

/** Table `batchline.deleted_child`: the keys of children that were deleted, so that no later run starts them again. */
interface DeletedChildTable {
  parent_id: number;
  child_key: string;
  id: number;
}

/** Table `batchline.binary_object`: ParameterObjects, serialised as JSON text. */
interface BinaryObjectTable {
  id: GeneratedAlways<number>;
  tenant: string;
  content: string;
}

/** Table `batchline.task_audit`: one row for every change of a task's state. */
interface TaskAuditTable {
  id: GeneratedAlways<string>;
  task_id: number;
  tenant: string;
  at: Generated<Date>;
  /** The associate who did it; 0 is the server. */
  actor_id: number;
  /** The process that did it for a run; null for a caller. */
  node_id: string | null;
  /** null for the start of the task. */
  from_state: number | null;
  to_state: number;
  attempt: number;
  reason: string;
  /** Null as well where the reason has no values in it: then it is the template. */
  reason_message: MessageColumn;
  /** The owner of a deleted task; null while the task is there, and where nothing is told of it. */
  owner_id: number | null;
  /** The definition of a deleted task, likewise. */
  name: string | null;
}

/** Table `batchline.task_attempt`: one row for every ended attempt. */
interface TaskAttemptTable {
  task_id: number;
  /** The fencing token. */
  number: number;
  /** The process that held the task; null if a client held it by hand. */
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

/** Table `batchline.associate`: who may sign in. */
export interface AssociateTable {
  id: GeneratedAlways<number>;
  login: string;
  /** The login in lower case: logins match without regard to case. */
  login_key: string;
  name: string;
  password_hash: string;
  roles: string[];
  tenant: string | null;
  disabled: Generated<boolean>;
  created: Generated<Date>;
}

/** Table `batchline.api_token`: bearer tokens, kept as hashes. */
export interface ApiTokenTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  name: string;
  /** SHA-256 of the token, in hex. */
  hash: string;
  scopes: string[];
  /** The definitions, in lower case, that the scope `worker` is for. */
  definitions: string[] | null;
  /** The token that created it; revoking that one revokes this one. */
  parent_id: number | null;
  /** The roles of the sign-in that created it, if they came from claims; null for the associate's. */
  roles: string[] | null;
  /** The tenant of the sign-in that created it; null for the associate's. */
  tenant: string | null;
  created: Generated<Date>;
  expires: Date | null;
}

/** Table `batchline.sign_in`: tickets and cookie sessions that were handed out, kept as hashes. */
interface SignInTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  kind: 'ticket' | 'cookie';
  /** SHA-256 of the secret, in hex. */
  hash: string;
  created: Generated<Date>;
  /** When it ends unless it is used; moves on with its use. */
  expires: Date;
  /** When it ends however much it is used. */
  ends: Date;
}

/** Table `batchline.application`: who may send an SO-AppToken, kept as hashes. */
export interface ApplicationTable {
  id: GeneratedAlways<number>;
  name: string;
  /** SHA-256 of the token, in hex. */
  hash: string;
  /** What its calls may do at most; null limits nothing. */
  scopes: string[] | null;
  created: Generated<Date>;
}

/** Table `batchline.upload`: input files that clients have sent. */
export interface UploadTable {
  id: string;
  associate_id: number;
  tenant: string;
  name: string;
  bytes: string;
  sha256: string;
  created: Generated<Date>;
  /** When a run last read it, within an hour; at first when it came. */
  last_used: Generated<Date>;
}

/** Table `batchline.result_file`: whose result file a content in the store of files is. */
interface ResultFileTable {
  task_id: number;
  /** The attempt that has written it. */
  attempt: number;
  name: string;
  /** Of the content, in the store of files. */
  key: string;
  bytes: string;
  sha256: string;
  created: Generated<Date>;
}

/** Table `batchline.worker_definition`: definitions that workers outside the server offer. */
interface WorkerDefinitionTable {
  name_key: string;
  name: string;
  description: string;
  /** JSON Schema. */
  parameters: string | null;
  cancellation: number;
  /** A RetryPolicy as JSON. */
  retry: string;
  lease_seconds: number;
  declared: Generated<Date>;
  declared_by: number;
  last_seen: Generated<Date>;
}

/** Table `batchline.task_log`: the last lines that runs of a task have logged. */
interface TaskLogTable {
  id: GeneratedAlways<string>;
  task_id: number;
  attempt: number;
  at: Generated<Date>;
  level: string;
  message: string;
}

/** Table `batchline.idempotency_key`: the answers of starts that their callers may send again. */
interface IdempotencyKeyTable {
  associate_id: number;
  key: string;
  /** What was sent with the key, as a hash. */
  fingerprint: string;
  /** null only within the transaction of the start. */
  answer: number | null;
  created: Generated<Date>;
}

/** Table `batchline.definition_control`: definitions that are, or were, paused or limited. */
interface DefinitionControlTable {
  name: string;
  /** One more with each change: claims ask whether they know the newest. */
  version: number;
  paused: Generated<boolean>;
  paused_by: number | null;
  paused_at: Date | null;
  /** Why it is paused; null if an administrator has paused it. */
  paused_reason: string | null;
  paused_message: ColumnType<MessageData | null, string | null | undefined, string | null>;
  /** Consecutive crashes of processes that ran only this definition. */
  crashes: Generated<number>;
  /** As an administrator has set them; null where the definition's own count. */
  limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
  /** As the definition has them. */
  default_limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
}

/** Table `batchline.definition_audit`: who has paused, resumed or limited definitions. */
interface DefinitionAuditTable {
  id: GeneratedAlways<string>;
  name: string;
  at: Generated<Date>;
  actor_id: number;
  action: string;
  limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
}

/** Table `batchline.definition_start`: how many runs have begun when, of definitions with a rate. */
interface DefinitionStartTable {
  name: string;
  at: Generated<Date>;
  runs: number;
}

/** Table `batchline.schedule`: what starts by the clock. The row decides: each due time is taken under its lock. */
export interface ScheduleTable {
  id: GeneratedAlways<number>;
  tenant: string;
  name: string;
  owner_id: number;
  definition: string;
  /** ParameterObject, as JSON. */
  parameters: string | null;
  cron: string;
  time_zone: string;
  missed_runs: MissedRuns;
  missed_limit: number;
  priority: number;
  paused: boolean;
  /** The due time that comes next; null where none ever does. */
  next_run: Date | null;
  /** The due time that a task was last started for. */
  last_run: Date | null;
  last_task_id: number | null;
  /** Why nothing could be started at the last due time. */
  problem: MessageColumn;
  /** The rights of the sign-in that made it; null in schedules of older programs. */
  run_as: ColumnType<RunAs | null, string | null | undefined, string | null>;
  /** One more with each change by a caller. */
  version: Generated<number>;
  created: Generated<Date>;
  updated: Generated<Date>;
  updated_by: number;
}

/** Table `batchline.schedule_watch`: one row, which distinguishes missed due times from late ones. */
interface ScheduleWatchTable {
  id: number;
  last_look: Date;
  /** The last period in which no server checked the schedules; null if there was none. */
  down_from: Date | null;
  up_since: Date | null;
}

/** Table `batchline.webhook`: addresses that are told of events. */
export interface WebhookTable {
  id: GeneratedAlways<number>;
  owner_id: number;
  /** The tenant that the sign-in which made it was bound to. */
  tenant: string | null;
  /** The scopes of that sign-in: a webhook receives no more than its maker could read. */
  scopes: string[];
  /** The roles of that sign-in, if those came from claims; null for the owner's. */
  roles: string[] | null;
  url: string;
  /** As it is: it has to sign. */
  secret: string;
  /** Definitions in lower case; none is all. */
  names: string[];
  /** States that tasks have come to; none is all. */
  states: number[];
  own: boolean;
  active: boolean;
  disabled_reason: MessageColumn;
  /** Only events after this one concern it. */
  after_event: string | number;
  dead_in_a_row: Generated<number>;
  created: Generated<Date>;
  updated: Generated<Date>;
}

/** Table `batchline.webhook_cursor`: one row, up to which event the deliveries are there. */
interface WebhookCursorTable {
  id: number;
  position: string | number;
}

/** Table `batchline.webhook_delivery`: one row an event and webhook, which is also what is still to be sent. */
export interface WebhookDeliveryTable {
  id: GeneratedAlways<string>;
  webhook_id: number;
  /** null for a test. */
  event_id: string | number | null;
  /** JSON, as it is sent. */
  body: string;
  state: Generated<'Waiting' | 'Delivered' | 'Dead'>;
  tries: Generated<number>;
  /** While a process sends it: when that process counts as lost. */
  next_try: Generated<Date>;
  created: Generated<Date>;
  ended: Date | null;
  /** Of the last answer. */
  status: number | null;
  answer: Generated<string>;
  error: Generated<string>;
  /** The trace of the event's task, as the task has it. */
  traceparent: string | null;
  tracestate: string | null;
}

/** Table `batchline.signal`: what processes tell each other where the database has no LISTEN and NOTIFY. */
interface SignalTable {
  id: Generated<string>;
  content: string;
  at: Generated<Date>;
}

/** Table `batchline.own_retention`: how long definitions themselves say that their tasks are kept. */
interface OwnRetentionTable {
  name_key: string;
  rules: ColumnType<RetentionRules, string, string>;
}

/** Table `batchline.retention`: how long administrators have tasks of a definition kept. */
interface RetentionTable {
  /** The definition's name in lower case. */
  name_key: string;
  rules: ColumnType<RetentionRules, string, string>;
  updated: Generated<Date>;
  updated_by: number;
}

/** The tables of the server, by schema and name. */
export interface Schema {
  'batchline.task': TaskTable;
  'batchline.binary_object': BinaryObjectTable;
  'batchline.task_audit': TaskAuditTable;
  'batchline.task_attempt': TaskAttemptTable;
  'batchline.associate': AssociateTable;
  'batchline.api_token': ApiTokenTable;
  'batchline.sign_in': SignInTable;
  'batchline.application': ApplicationTable;
  'batchline.upload': UploadTable;
  'batchline.worker_definition': WorkerDefinitionTable;
  'batchline.task_log': TaskLogTable;
  'batchline.idempotency_key': IdempotencyKeyTable;
  'batchline.definition_control': DefinitionControlTable;
  'batchline.definition_audit': DefinitionAuditTable;
  'batchline.definition_start': DefinitionStartTable;
  'batchline.schedule': ScheduleTable;
  'batchline.webhook': WebhookTable;
  'batchline.webhook_cursor': WebhookCursorTable;
  'batchline.webhook_delivery': WebhookDeliveryTable;
  'batchline.result_file': ResultFileTable;
  'batchline.signal': SignalTable;
  'batchline.schedule_watch': ScheduleWatchTable;
  'batchline.retention': RetentionTable;
  'batchline.own_retention': OwnRetentionTable;
  'batchline.task_family': TaskChildrenTable;
  'batchline.deleted_child': DeletedChildTable;
}
