import type { Carrier } from '@batchline/client';
import type { StoredState } from '../../../src/domain/task-state.ts';

export type { StoredState };

export type Session = Carrier<'Session'>;
export type User = Carrier<'User'>;
export type AuditEntry = Carrier<'AuditEntry'>;
export type LogLine = Carrier<'LogLine'>;
export type Schedule = Carrier<'Schedule'>;
export type Statistics = Carrier<'Statistics'>;
export type Delivery = Carrier<'WebhookDelivery'>;

/** One task. `All` and `Unknown` are never the state of one. */
export type BatchTaskInfo = Omit<Carrier<'BatchTaskInfo'>, 'State'> & { readonly State: StoredState };

/** The tasks that a task has started. */
export type Children = Omit<Carrier<'Children'>, 'Children'> & {
  readonly Children: readonly (Omit<Carrier<'Children'>['Children'][number], 'Task'> & {
    readonly Task: BatchTaskInfo;
  })[];
};

/** A task in the archive list, with the columns that the list asks for. */
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
}

/** A page of the archive list. */
export type TaskPage = Omit<Carrier<'ArchivePage'>, 'value'> & { readonly value: readonly TaskRow[] };

/** A JSON schema, as far as a form is made from it. */
export interface ParameterSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, ParameterSchema>>;
}

/** What tasks can be started by. */
export type Definition = Omit<Carrier<'Definition'>, 'Parameters'> & { readonly Parameters: ParameterSchema };
