import type { AttemptError } from '../../core/attempt.ts';
import { type MessageData, revived, type Text } from '../../core/message.ts';
import type { FaultKind } from '../../core/meters.ts';
import type { BatchTask } from '../../core/task.ts';
import type { TraceContext } from '../../core/tracing.ts';
import type { ChildrenPort } from '../../sdk/children.ts';
import type { Json, RunEndReason } from '../../sdk/errors.ts';
import type { DefinitionSource } from '../registry.ts';

/** The input of a thread. */
export interface ThreadStart {
  readonly source: DefinitionSource;
  readonly parameters: unknown;
  readonly task: BatchTask;
  readonly lastCheckpoint: Json | undefined;
  readonly progressLimit: number;
  /** Trace context of the run; null if it has none. */
  readonly trace: TraceContext | null;
  /** Name of the BroadcastChannel for errors of runs that have ended. */
  readonly lateFaults: string;
}

/** A text in a message between threads: cloning loses the class `Message`. */
export type ClonedText = string | MessageData;

/** The outcome of a thread as texts, because returned and thrown values may not be cloneable. */
export type ThreadResult =
  | { readonly kind: 'returned'; readonly result: ClonedText }
  | {
      readonly kind: 'failed';
      readonly message: ClonedText;
      readonly permanent: boolean;
      readonly error: AttemptError | undefined;
    };

/** An uncaught error of a run in a thread. */
export interface ThreadFault {
  readonly kind: FaultKind;
  readonly text: ClonedText;
  readonly permanent: boolean;
  readonly error: AttemptError | undefined;
}

/** An uncaught error after the run has ended. Its port is closed, so it is sent over the pool's BroadcastChannel. */
export interface LateThreadFault extends ThreadFault {
  readonly taskId: number;
  readonly attempt: number;
}

/** A call of a `ChildrenPort`. */
export type ChildrenCall = {
  readonly [Method in keyof ChildrenPort]: {
    readonly method: Method;
    readonly args: Parameters<ChildrenPort[Method]>;
  };
}[keyof ChildrenPort];

/** A message from a thread to the server. The server responds to messages with an `id`. */
export type FromThread =
  | { readonly type: 'progress'; readonly percent: number; readonly text: ClonedText | undefined }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly values: readonly unknown[];
    }
  | { readonly type: 'checkpoint'; readonly id: number; readonly value: Json }
  | { readonly type: 'resultFile'; readonly id: number; readonly name: string }
  | { readonly type: 'children'; readonly id: number; readonly call: ChildrenCall }
  | ({ readonly type: 'fault' } & ThreadFault)
  /** The last message of a run. */
  | { readonly type: 'end' };

/** A message from the server to a thread. */
export type ToThread =
  | { readonly type: 'end'; readonly reason: RunEndReason }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  /** `ended` is the reason if the call has ended the run. */
  | {
      readonly type: 'refused';
      readonly id: number;
      readonly text: ClonedText;
      readonly ended: RunEndReason | undefined;
    };

/** Restores a cloned text. */
export function textOf(cloned: ClonedText): Text {
  return typeof cloned === 'string' ? cloned : revived(cloned);
}
