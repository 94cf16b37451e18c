import type { RunAs } from './access.ts';
import type { MessageData } from './message.ts';
import type { StoredState } from './task-state.ts';
import type { TraceContext } from './tracing.ts';

/** `BatchTaskCancellationBehaviour` by name, with SuperOffice's numbers (contract, section 1). */
export const CancellationBehaviour = { CanCancel: 0, CancelWithWarning: 1, CannotCancel: 2 } as const;

/** The name of a `BatchTaskCancellationBehaviour`. */
export type CancellationBehaviourName = keyof typeof CancellationBehaviour;

/**
 * Returns the name of a stored number.
 *
 * @throws RangeError if there is no such number: the row is corrupt
 */
export function cancellationOf(number: number): CancellationBehaviourName {
  const name = BEHAVIOUR_NAMES[number];
  if (name === undefined) throw new RangeError(`${number} is not the number of a cancellation behaviour`);
  return name;
}

const BEHAVIOUR_NAMES = Object.keys(CancellationBehaviour) as CancellationBehaviourName[];

/** The stored ParameterObject: JSON values by name. Clients of SuperOffice only send strings. */
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
  /** Incremented by every change and every heartbeat of a run. */
  readonly updatedCount: number;
  readonly lastStarted: Date | null;
  /** Number of runs that have started. */
  readonly startCount: number;
  readonly context: string;
  readonly result: string;
  /** Result as a translatable message; null if it is a plain text. */
  readonly resultMessage: MessageData | null;
  readonly state: StoredState;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly progressDescription: string;
  /** ProgressDescription as a translatable message; null if it is a plain text. */
  readonly progressMessage: MessageData | null;
  /** 0 to 100 */
  readonly progressPercent: number;
  readonly fileName: string;
  readonly cancellation: CancellationBehaviourName;
  /** The fencing token, incremented by each claim, of a run or by PUT. */
  readonly attempt: number;
  /** Failed runs since the task was started or restarted. */
  readonly failures: number;
  /** Runs since then whose process was lost. */
  readonly losses: number;
  /** The task that started it; null if a caller or the server did. */
  readonly parentId: number | null;
}

/** The texts that PUT can change. `undefined` keeps a text; an empty text clears it. */
export interface TaskTexts {
  readonly description?: string | undefined;
  readonly response?: string | undefined;
  readonly request?: string | undefined;
}

/** The fields that PUT can change: State, Description, Response and Request (contract, section 2). */
export interface TaskChange extends TaskTexts {
  readonly state?: StoredState | undefined;
}

/** A task to start, after rights and definition have been applied. */
export interface NewTask {
  readonly tenant: string;
  readonly name: string;
  readonly ownerId: number;
  readonly isInternal: boolean;
  readonly detailsTable: number;
  readonly detailsRecord: number;
  /** ParameterObject as JSON; null if there is none. */
  readonly content: string | null;
  readonly context: string;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly fileName: string;
  readonly cancellation: CancellationBehaviourName;
  /** The rights that its runs have. */
  readonly runAs: RunAs;
}

/** Options of a start. */
export interface StartOptions {
  /** Due time of the first run: an instant, or seconds from now; now by default. */
  readonly due?: Date | number | undefined;
  /** Tasks with a higher priority run first; 0 by default. */
  readonly priority?: number | undefined;
  /** Key of the request: a second start with the same key within a day starts no task. */
  readonly idempotencyKey?: string | undefined;
  /** The distributed trace of the call. It is not part of the request that an idempotency key identifies. */
  readonly trace?: TraceContext | undefined;
}

/** The range of priorities. */
export const PRIORITY = { min: -1000, max: 1000 } as const;

/** Maximum delay of a start in seconds: ten years. */
export const MAX_DELAY_SECONDS = 10 * 365 * 24 * 60 * 60;

/** Maximum length of an idempotency key, in characters. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** Returns the seconds until a start is due; 0 if it is due now. */
export function secondsUntil(due: StartOptions['due'], now: Date): number {
  if (due === undefined) return 0;
  return Math.max(0, typeof due === 'number' ? due : (due.getTime() - now.getTime()) / 1000);
}

/** The levels of a log line of a run, least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** The level of a log line of a run. */
export type LogLevel = (typeof LOG_LEVELS)[number];
