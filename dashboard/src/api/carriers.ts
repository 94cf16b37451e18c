import type { CancellationBehaviourName } from '../../../src/domain/cancellation.ts';
import type { StoredState } from '../../../src/domain/task-state.ts';

export type { StoredState };

/** Who is signed in. */
export interface Session {
  readonly AssociateId: number;
  readonly Login: string;
  readonly Name: string;
  readonly Roles: readonly string[];
  /** The tenant that one is bound to; `null` for any. */
  readonly Tenant: string | null;
  readonly Scopes: readonly string[];
}

/** A task in the archive list. */
export interface TaskRow {
  readonly PrimaryKey: number;
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
export interface TaskPage {
  readonly value: readonly TaskRow[];
  readonly 'odata.nextLink'?: string | null;
  readonly 'odata.count'?: number;
}

interface FieldProperty {
  readonly FieldRight: { readonly Mask: string };
  readonly FieldLength: number;
}

/** One task. */
export interface BatchTaskInfo {
  readonly Id: number;
  readonly Name: string;
  readonly AssociateId: number;
  readonly ParameterObject: Readonly<Record<string, unknown>> | null;
  readonly LastStarted: string;
  readonly Created: string;
  readonly StartCount: number;
  readonly Context: string;
  readonly Result: string;
  readonly State: StoredState;
  readonly Description: string;
  readonly Response: string;
  readonly Request: string;
  readonly ProgressDescription: string;
  readonly ProgressPercent: number;
  readonly FileName: string;
  readonly CancellationBehaviour: CancellationBehaviourName;
  readonly TableRight: { readonly Mask: string; readonly Reason: string };
  readonly FieldProperties: Readonly<Record<string, FieldProperty>>;
}

/** A change of a task's state. */
export interface AuditEntry {
  readonly At: string;
  readonly ActorId: number;
  readonly Node: string | null;
  readonly From: StoredState | null;
  readonly To: StoredState;
  readonly Attempt: number;
  readonly Reason: string;
}

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
export interface Definition {
  readonly Name: string;
  readonly Description: string;
  readonly Parameters: ParameterSchema;
  readonly CancellationBehaviour: string;
  /** While it is paused its tasks wait. */
  readonly Paused: boolean;
  /** `null` where there is none. */
  readonly Limits: {
    readonly Concurrent: number | null;
    readonly PerTenant: number | null;
    readonly Rate: { readonly Runs: number; readonly Seconds: number } | null;
  };
  /** Whether somebody has set them, instead of those that the definition brings. */
  readonly LimitsAreSet: boolean;
}

/** A task that starts by the clock. */
export interface Schedule {
  readonly Id: number;
  readonly Name: string;
  readonly Definition: string;
  readonly Cron: string;
  readonly TimeZone: string;
  readonly Paused: boolean;
  readonly AssociateId: number;
  readonly NextRuns: readonly string[];
  readonly LastRun: string;
  readonly LastTaskId: number | null;
  readonly LastProblem: string;
}

/** Who may sign in. */
export interface User {
  readonly AssociateId: number;
  readonly Login: string;
  readonly Name: string;
  readonly Roles: readonly string[];
  readonly DatabaseSerialNumber: string | null;
  readonly Disabled: boolean;
}
