import type { MessageData } from './message.ts';
import type { RunAs } from './run-as.ts';
import type { StoredState } from './task-state.ts';
import type { TraceContext } from './trace-context.ts';

/** `BatchTaskCancellationBehaviour` by name, with SuperOffice's numbers (contract, section 1). */
export const CancellationBehaviour = { CanCancel: 0, CancelWithWarning: 1, CannotCancel: 2 } as const;

/** The name of a `BatchTaskCancellationBehaviour`. */
export type CancellationBehaviourName = keyof typeof CancellationBehaviour;

/**
 * The name that belongs to a stored number.
 *
 * @throws RangeError where there is none, which would be a corrupt row
 */
export function cancellationOf(number: number): CancellationBehaviourName {
  for (const [name, value] of Object.entries(CancellationBehaviour)) {
    if (value === number) return name as CancellationBehaviourName;
  }
  throw new RangeError(`${number} is not the number of a cancellation behaviour`);
}

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

/** When and in which order a task is to run, and what tells that a start was sent twice. */
export interface StartOptions {
  /** When its first run is due: an instant, or seconds from now. At once where it is absent. */
  readonly due?: Date | number | undefined;
  /** Higher ones are delivered first; 0 where it is absent. */
  readonly priority?: number | undefined;
  /** The caller's key of this start: the same one within a day starts nothing more. */
  readonly idempotencyKey?: string | undefined;
  /** Where the call stands in a distributed trace. It is no part of what the caller asks for. */
  readonly trace?: TraceContext | undefined;
}

/** The lowest and the highest priority. */
export const PRIORITY = { min: -1000, max: 1000 } as const;

/** The longest delay of a start: ten years, in seconds. */
export const MAX_DELAY_SECONDS = 10 * 365 * 24 * 60 * 60;

/** The longest idempotency key, in characters. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** Seconds from now until a start is due; 0 where it is due. */
export function secondsUntil(due: StartOptions['due'], now: Date): number {
  if (due === undefined) return 0;
  return Math.max(0, typeof due === 'number' ? due : (due.getTime() - now.getTime()) / 1000);
}
