import type { CancellationBehaviourName } from './cancellation.ts';
import type { MessageData } from './message.ts';
import type { RunAs } from './run-as.ts';
import type { StoredState } from './task-state.ts';

/** ParameterObject as it is kept: JSON values by name. Clients of SuperOffice send strings only. */
export type Parameters = Record<string, unknown>;

/** One batch task: the resource, the record and the unit of work (contract, section 1). */
export interface BatchTask {
  /** int32 */
  readonly id: number;
  /** The database serial number (dbTag) of the tenant that the task belongs to. */
  readonly tenant: string;
  /** The definition's name. */
  readonly name: string;
  /** The owner's associate id; 0 is a system task. */
  readonly ownerId: number;
  readonly isInternal: boolean;
  readonly detailsTable: number;
  readonly detailsRecord: number;
  readonly parameters: Parameters | null;
  readonly created: Date;
  readonly updated: Date;
  /** One more with every change and every sign of life of its run. */
  readonly updatedCount: number;
  readonly lastStarted: Date | null;
  /** How often a run has begun; 0 is never. */
  readonly startCount: number;
  readonly context: string;
  readonly result: string;
  /** Result as a message of our own; null where it is a plain text. */
  readonly resultMessage: MessageData | null;
  readonly state: StoredState;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly progressDescription: string;
  /** ProgressDescription as a message of our own; null where it is a plain text. */
  readonly progressMessage: MessageData | null;
  /** 0 to 100 */
  readonly progressPercent: number;
  readonly fileName: string;
  readonly cancellation: CancellationBehaviourName;
  /** The fencing token: one more with each claim, by a run or by hand. */
  readonly attempt: number;
  /** Runs that have failed since the task was started or restarted. */
  readonly failures: number;
  /** Runs whose process was lost since then. */
  readonly losses: number;
  /** The task that has started it; null where a caller or the server has. */
  readonly parentId: number | null;
}

/** The texts that PUT may change. `undefined` leaves one as it is; an empty text clears it. */
export interface TaskTexts {
  readonly description?: string | undefined;
  readonly response?: string | undefined;
  readonly request?: string | undefined;
}

/** What PUT may change: State, Description, Response and Request, and nothing else (contract, section 2). */
export interface TaskChange extends TaskTexts {
  readonly state?: StoredState | undefined;
}

/** A task to be started, after rights and definition have been applied. */
export interface NewTask {
  readonly tenant: string;
  readonly name: string;
  readonly ownerId: number;
  readonly isInternal: boolean;
  readonly detailsTable: number;
  readonly detailsRecord: number;
  readonly parameters: Parameters | null;
  readonly context: string;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly fileName: string;
  readonly cancellation: CancellationBehaviourName;
  /** The rights that its runs have. */
  readonly runAs: RunAs;
}
