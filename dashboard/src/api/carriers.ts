import type { Carrier } from '@batchline/client';
import type { StoredState } from '../../../src/core/task-state.ts';

export type { StoredState };

export type Session = Carrier<'Session'>;
export type User = Carrier<'User'>;
export type AuditEntry = Carrier<'AuditEntry'>;
export type LogLine = Carrier<'LogLine'>;
export type Schedule = Carrier<'Schedule'>;
export type Statistics = Carrier<'Statistics'>;
export type DefinitionStatistics = Carrier<'DefinitionStatistics'>;
export type Worker = Carrier<'Worker'>;
export type Webhook = Carrier<'Webhook'>;
export type Delivery = Carrier<'WebhookDelivery'>;
export type Subscription = Carrier<'Subscription'>;
export type SubscriptionDelivery = Carrier<'SubscriptionDelivery'>;

/** One task. Its state is never `All` or `Unknown`. */
export type BatchTaskInfo = Omit<Carrier<'BatchTaskInfo'>, 'State'> & { readonly State: StoredState };

/** The error of an attempt, with its causes. */
export type AttemptError = Omit<Carrier<'AttemptError'>, 'Cause' | 'Errors'> & {
  readonly Cause?: AttemptError | null;
  readonly Errors?: readonly AttemptError[];
};

/** An attempt to run a task. */
export type Attempt = Omit<Carrier<'Attempt'>, 'Error'> & { readonly Error: AttemptError | null };

/** The children of a task. */
export type Children = Omit<Carrier<'Children'>, 'Children'> & {
  readonly Children: readonly (Omit<Carrier<'Children'>['Children'][number], 'Task'> & {
    readonly Task: BatchTaskInfo;
  })[];
};

/** A row of the archive list, with the columns that the dashboard selects. */
export interface TaskRow {
  readonly batchTaskId: number;
  readonly name: string;
  readonly state: StoredState;
  readonly associateId: number;
  readonly description: string;
  readonly progressPercent: number;
  readonly progressDescription: string;
  readonly registeredDate: string;
  readonly updatedDate: string;
  readonly lastStarted: string;
  readonly startCount: number;
  /** True if it is Failed because it was stopped. */
  readonly stopped: boolean;
  /** When the task is due, if that is later. */
  readonly dueAt: string;
  /** The first reason why it does not run; empty if it is running or has ended. */
  readonly waitsFor: string;
  /** Only if selected. */
  readonly result?: string;
}

/** A page of the archive list. */
export type TaskPage = Omit<Carrier<'ArchivePage'>, 'value'> & { readonly value: readonly TaskRow[] };

/** The part of JSON Schema that forms are made from. */
export interface ParameterSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly ParameterSchema[];
  readonly oneOf?: readonly ParameterSchema[];
  readonly items?: ParameterSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, ParameterSchema>>;
}

/** The task definitions. */
export type Definition = Omit<Carrier<'Definition'>, 'Parameters'> & { readonly Parameters: ParameterSchema };
