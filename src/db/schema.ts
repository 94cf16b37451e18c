import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { RunAs, SessionRights } from '../core/access.ts';
import type { PropertyChange } from '../core/administration.ts';
import type { DefinitionLimits } from '../core/limits.ts';
import type { MessageData } from '../core/message.ts';
import type { Channel } from '../core/notification.ts';
import type { Overlap } from '../core/overlap.ts';
import type { RetentionRules } from '../core/retention.ts';
import type { MissedRuns } from '../core/schedule.ts';
import type {
  BinaryObjectTable,
  DeletedChildTable,
  IdempotencyKeyTable,
  MessageColumn,
  TaskAttemptTable,
  TaskAuditTable,
  TaskChildrenTable,
  TaskLogTable,
  TaskTable,
} from './schema/task.ts';

/** The tables of the server, by schema and name. */
export interface Schema {
  'batchline.task': TaskTable;
  'batchline.binary_object': BinaryObjectTable;
  'batchline.task_audit': TaskAuditTable;
  'batchline.task_attempt': TaskAttemptTable;
  'batchline.associate': AssociateTable;
  'batchline.api_token': ApiTokenTable;
  'batchline.sign_in': SignInTable;
  'batchline.password_link': PasswordLinkTable;
  'batchline.administration_audit': AdministrationAuditTable;
  'batchline.application': ApplicationTable;
  'batchline.upload': UploadTable;
  'batchline.worker_definition': WorkerDefinitionTable;
  'batchline.task_log': TaskLogTable;
  'batchline.idempotency_key': IdempotencyKeyTable;
  'batchline.worker': WorkerTable;
  'batchline.definition_control': DefinitionControlTable;
  'batchline.definition_audit': DefinitionAuditTable;
  'batchline.definition_start': DefinitionStartTable;
  'batchline.schedule': ScheduleTable;
  'batchline.webhook': WebhookTable;
  'batchline.webhook_cursor': WebhookCursorTable;
  'batchline.webhook_delivery': WebhookDeliveryTable;
  'batchline.subscription': SubscriptionTable;
  'batchline.subscription_alert': SubscriptionAlertTable;
  'batchline.result_file': ResultFileTable;
  'batchline.signal': SignalTable;
  'batchline.schedule_watch': ScheduleWatchTable;
  'batchline.retention': RetentionTable;
  'batchline.own_retention': OwnRetentionTable;
  'batchline.task_family': TaskChildrenTable;
  'batchline.deleted_child': DeletedChildTable;
  'batchline.statistics_failure': StatisticsFailureTable;
}

/** Table `batchline.associate`: accounts. */
export interface AssociateTable {
  id: GeneratedAlways<number>;
  login: string;
  /** The login in lower case, because logins are case-insensitive. */
  login_key: string;
  name: string;
  password_hash: string;
  roles: string[];
  tenant: string | null;
  disabled: Generated<boolean>;
  created: Generated<Date>;
  /** The last sign-in, to the minute; null if there was none since it is recorded. */
  last_sign_in: Generated<Date | null>;
  /** The means of the last sign-in: a `SignInMeans`. */
  last_sign_in_by: Generated<string | null>;
}

/** Table `batchline.statistics_failure`: the tasks that are Failed and not stopped, as far as the statistics have counted. */
interface StatisticsFailureTable {
  task_id: number;
  tenant: string;
  /** The definition's name. */
  name: string;
  /** Tasks with the same one have failed for the same reason. */
  cause: string;
  at: Date;
}

/** Table `batchline.api_token`: hashes of bearer tokens. */
export interface ApiTokenTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  name: string;
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  scopes: string[];
  /** The definitions, in lower case, that the scope `worker` is limited to. */
  definitions: string[] | null;
  /** The token that created it. Revoking that token revokes this one. */
  parent_id: number | null;
  /** Roles of the sign-in that created it, if they came from claims; null for those of the associate. */
  roles: string[] | null;
  /** Tenant of the sign-in that created it; null for that of the associate. */
  tenant: string | null;
  created: Generated<Date>;
  expires: Date | null;
  /** The last use, to the minute; null if it was not used since that is recorded. */
  last_used: Generated<Date | null>;
}

/** Table `batchline.administration_audit`: administrative actions. Rows are only inserted. */
interface AdministrationAuditTable {
  id: GeneratedAlways<string>;
  at: Generated<Date>;
  /** The author; 0 for operators and the server. */
  associate_id: number;
  login: string;
  means: string;
  /** The tenant whose administrators can see the row; null for administrators of the server only. */
  tenant: string | null;
  action: string;
  kind: string;
  object_id: string | null;
  object_name: string;
  changes: ColumnType<readonly PropertyChange[], string, never>;
}

/** Table `batchline.password_link`: links by which associates set a password. */
interface PasswordLinkTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  /** SHA-256 of the secret, hexadecimal. */
  hash: string;
  created: Generated<Date>;
  expires: Date;
}

/** Table `batchline.sign_in`: hashes of tickets and cookie sessions. */
interface SignInTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  kind: 'ticket' | 'cookie' | 'oidc';
  /** SHA-256 of the secret, hexadecimal. */
  hash: string;
  created: Generated<Date>;
  /** When it expires if it is not used; extended by use. */
  expires: Date;
  /** When it expires even if it is used. */
  ends: Date;
  /** The rights from the claims of the OIDC provider; null for those of the associate. */
  rights: ColumnType<SessionRights | null, string | null | undefined, string | null>;
}

/** Table `batchline.application`: applications with the hashes of their SO-AppTokens. */
export interface ApplicationTable {
  id: GeneratedAlways<number>;
  name: string;
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  /** Maximum scopes of its calls; null sets no limit. */
  scopes: string[] | null;
  created: Generated<Date>;
}

/** Table `batchline.worker_definition`: definitions that workers have declared. */
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

/** Table `batchline.worker`: processes and remote workers that run tasks. */
interface WorkerTable {
  /** Owner of its leases. */
  owner: string;
  /** Hash of the names. */
  names_key: string;
  /** The definitions that it runs. */
  names: string[];
  /** The tenant whose tasks it claims; null for all. */
  tenant: string | null;
  last_seen: Generated<Date>;
  /** A `WorkerKind`; null, like the columns below, in rows of earlier releases. */
  kind: string | null;
  /** The name that people see: host and process id, or the name that a remote worker gives. */
  label: string | null;
  version: string | null;
  started: Date | null;
  /** Maximum number of concurrent runs; null if it is unknown. */
  slots: number | null;
  /** A `WorkerStatus`. */
  status: string | null;
}

/** Table `batchline.definition_control`: pauses and limits of definitions. */
interface DefinitionControlTable {
  name: string;
  /** Incremented by each change, so that claims detect a stale cache. */
  version: number;
  paused: Generated<boolean>;
  paused_by: number | null;
  paused_at: Date | null;
  /** Reason of the server; null if an administrator paused it. */
  paused_reason: string | null;
  paused_message: ColumnType<MessageData | null, string | null | undefined, string | null>;
  /** Consecutive crashes of processes that ran only this definition. */
  crashes: Generated<number>;
  /** Limits of an administrator; null if those of the definition apply. */
  limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
  /** Limits that the definition declares. */
  default_limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
}

/** Table `batchline.definition_audit`: changes of the control of definitions. */
interface DefinitionAuditTable {
  id: GeneratedAlways<string>;
  name: string;
  at: Generated<Date>;
  actor_id: number;
  action: string;
  limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
}

/** Table `batchline.definition_start`: recent starts of runs of definitions with a rate limit. */
interface DefinitionStartTable {
  name: string;
  at: Generated<Date>;
  runs: number;
}

/** Table `batchline.own_retention`: retention rules that definitions declare. */
interface OwnRetentionTable {
  name_key: string;
  rules: ColumnType<RetentionRules, string, string>;
}

/** Table `batchline.retention`: retention rules of administrators. */
interface RetentionTable {
  /** The definition's name in lower case. */
  name_key: string;
  rules: ColumnType<RetentionRules, string, string>;
  updated: Generated<Date>;
  updated_by: number;
}

/** Table `batchline.upload`: input files of clients. */
export interface UploadTable {
  id: string;
  associate_id: number;
  tenant: string;
  name: string;
  bytes: string;
  sha256: string;
  created: Generated<Date>;
  /** When a run last read it, within an hour; initially the time of the upload. */
  last_used: Generated<Date>;
}

/** Table `batchline.result_file`: result files, whose content is in the blob store. */
interface ResultFileTable {
  task_id: number;
  /** The attempt that wrote it. */
  attempt: number;
  name: string;
  /** Key of the content in the blob store. */
  key: string;
  bytes: string;
  sha256: string;
  created: Generated<Date>;
}

/** Table `batchline.schedule`: schedules. A due time is handled under a lock of the row. */
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
  overlap: Generated<Overlap>;
  priority: number;
  paused: boolean;
  /** Due times that wait for the end of an earlier task, in order; null if there are none. */
  queued: Date[] | null;
  /** The last due time that started no task because an earlier one was active, and that task. */
  skipped_at: Date | null;
  skipped_for: number | null;
  /** Next due time; null if there is none. */
  next_run: Date | null;
  /** Last due time for which a task was started. */
  last_run: Date | null;
  last_task_id: number | null;
  /** Reason that no task was started at the last due time. */
  problem: MessageColumn;
  /** Rights of the sign-in that created it; null in schedules of earlier releases. */
  run_as: ColumnType<RunAs | null, string | null | undefined, string | null>;
  /** Incremented by each change of a caller. */
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

/** Table `batchline.webhook`: addresses that receive events. */
export interface WebhookTable {
  id: GeneratedAlways<number>;
  owner_id: number;
  /** The tenant that its creator was restricted to. */
  tenant: string | null;
  /** Scopes of its creator: a webhook receives only events that its creator could read. */
  scopes: string[];
  /** Roles of its creator, if they came from claims; null for those of the owner. */
  roles: string[] | null;
  url: string;
  /** Stored in plain text, because it signs deliveries. */
  secret: string;
  /** Definitions, in lower case; empty for all. */
  names: string[];
  /** New states of tasks; empty for all. */
  states: number[];
  own: boolean;
  active: boolean;
  disabled_reason: MessageColumn;
  /** It receives only events after this one. */
  after_event: string | number;
  dead_in_a_row: Generated<number>;
  created: Generated<Date>;
  updated: Generated<Date>;
}

/** Table `batchline.subscription`: notifications by e-mail, chat or webhook. */
export interface SubscriptionTable {
  id: GeneratedAlways<number>;
  owner_id: number;
  /** The tenant that its creator was restricted to. */
  tenant: string | null;
  /** Scopes of its creator: a subscription only reports what its creator could read. */
  scopes: string[];
  /** Roles of its creator, if they came from claims; null for those of the owner. */
  roles: string[] | null;
  channel: Channel;
  /** The address: of e-mail, or a URL. */
  target: string;
  /** Signs deliveries to webhooks; empty for the other channels. */
  secret: string;
  occasions: string[];
  /** Definitions, in lower case; empty for all. */
  names: string[];
  own: boolean;
  /** Limits it to one task. */
  task_id: number | null;
  late_seconds: number | null;
  /** Threshold of the failure rate; null compares it with the usual one. */
  failure_percent: number | null;
  window_minutes: number | null;
  language: string;
  time_zone: string;
  active: boolean;
  disabled_reason: MessageColumn;
  /** It reports only events after this one. */
  after_event: string | number;
  /** Until when late tasks and missed schedules have been searched. */
  checked: Generated<Date>;
  /** When its last delivery became due. */
  last_queued: Date | null;
  dead_in_a_row: Generated<number>;
  created: Generated<Date>;
  updated: Generated<Date>;
}

/** Table `batchline.subscription_alert`: definitions whose failure rate a subscription has reported. */
interface SubscriptionAlertTable {
  subscription_id: number;
  name: string;
  since: Generated<Date>;
}

/** Table `batchline.webhook_cursor`: the last event for which deliveries exist; row 1 of webhooks, row 2 of subscriptions. */
interface WebhookCursorTable {
  id: number;
  position: string | number;
}

/** Table `batchline.webhook_delivery`: deliveries of webhooks, one per event, and of subscriptions; also their queue. */
export interface WebhookDeliveryTable {
  id: GeneratedAlways<string>;
  /** Null in a delivery of a subscription. */
  webhook_id: number | null;
  /** Null in a delivery of a webhook. */
  subscription_id: number | null;
  /** Null for a test delivery, and for one of a subscription. */
  event_id: string | number | null;
  /** The request body, as JSON. */
  body: string;
  state: Generated<'Waiting' | 'Delivered' | 'Dead'>;
  tries: Generated<number>;
  /** Due time of the next attempt; while a process sends it, when its lease expires. */
  next_try: Generated<Date>;
  created: Generated<Date>;
  ended: Date | null;
  /** HTTP status of the last response. */
  status: number | null;
  answer: Generated<string>;
  error: Generated<string>;
  /** Duration of the last attempt; null before it, and if an earlier release made it. */
  duration_ms: number | null;
  /** Trace context of the event's task. */
  traceparent: string | null;
  tracestate: string | null;
}

/** Table `batchline.signal`: no longer used; it replaced LISTEN and NOTIFY on some databases. */
interface SignalTable {
  id: Generated<string>;
  content: string;
  at: Generated<Date>;
}
