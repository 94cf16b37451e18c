import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { DefinitionLimits } from '../../core/concurrency-limits.ts';
import type { MessageData } from '../../core/message.ts';
import type { RetentionRules } from '../../core/retention.ts';

/** Table `batchline.worker_definition`: definitions that workers have declared. */
export interface WorkerDefinitionTable {
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

/** Table `batchline.definition_control`: pauses and limits of definitions. */
export interface DefinitionControlTable {
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
export interface DefinitionAuditTable {
  id: GeneratedAlways<string>;
  name: string;
  at: Generated<Date>;
  actor_id: number;
  action: string;
  limits: ColumnType<DefinitionLimits | null, string | null | undefined, string | null>;
}

/** Table `batchline.definition_start`: recent starts of runs of definitions with a rate limit. */
export interface DefinitionStartTable {
  name: string;
  at: Generated<Date>;
  runs: number;
}

/** Table `batchline.own_retention`: retention rules that definitions declare. */
export interface OwnRetentionTable {
  name_key: string;
  rules: ColumnType<RetentionRules, string, string>;
}

/** Table `batchline.retention`: retention rules of administrators. */
export interface RetentionTable {
  /** The definition's name in lower case. */
  name_key: string;
  rules: ColumnType<RetentionRules, string, string>;
  updated: Generated<Date>;
  updated_by: number;
}
