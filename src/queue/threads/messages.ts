import { type MessageData, revived, type Text } from '../../core/message.ts';
import type { FaultKind } from '../../core/meters.ts';
import type { BatchTask } from '../../core/task.ts';
import type { TraceContext } from '../../core/trace-context.ts';
import type { ChildrenPort } from '../../sdk/children.ts';
import type { Json, RunEndReason } from '../../sdk/errors.ts';
import type { DefinitionSource } from '../registry.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly source: DefinitionSource;
  readonly parameters: unknown;
  readonly task: BatchTask;
  readonly lastCheckpoint: Json | undefined;
  readonly progressLimit: number;
  /** Where the run stands in a distributed trace; null where in none. */
  readonly trace: TraceContext | null;
  /** Name of the BroadcastChannel for errors of runs that have ended. */
  readonly lateFaults: string;
}

/** A text on its way between threads: a clone loses that a message is one. */
export type ClonedText = string | MessageData;

/** The outcome of a thread as texts, because returned and thrown values may not be cloneable. */
export type ThreadResult =
  | { readonly kind: 'returned'; readonly result: ClonedText }
  | { readonly kind: 'failed'; readonly message: ClonedText; readonly permanent: boolean };

/** An error that escaped from the code of a run in its thread. */
export interface ThreadFault {
  readonly kind: FaultKind;
  readonly text: ClonedText;
  readonly permanent: boolean;
}

/** One of a run that has ended: its port is closed, so it comes over the channel that the threads of a pool share. */
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

/** What a running thread tells the server. Calls with an `id` are answered. */
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
  /** The run has told all that it had to tell. */
  | { readonly type: 'end' };

/** What the server tells a running thread. */
export type ToThread =
  | { readonly type: 'end'; readonly reason: RunEndReason }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  /** `ended` says why, where the call has ended the run. */
  | {
      readonly type: 'refused';
      readonly id: number;
      readonly text: ClonedText;
      readonly ended: RunEndReason | undefined;
    };

/** The text that a clone stands for. */
export function textOf(cloned: ClonedText): Text {
  return typeof cloned === 'string' ? cloned : revived(cloned);
}
