import type { BatchTask } from '../../domain/batch-task.ts';
import { type MessageData, revived, type Text } from '../../domain/message.ts';
import type { Json, ResultFile, RunEndReason } from '../../workers/define-task.ts';
import type { DefinitionSource } from '../registry.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly source: DefinitionSource;
  readonly parameters: unknown;
  readonly task: BatchTask;
  readonly lastCheckpoint: Json | undefined;
  readonly progressLimit: number;
}

/** A text on its way between threads: a clone loses that a message is one. */
export type ClonedText = string | MessageData;

/** What a thread returns: a message and an error keep their kinds, which a clone would lose. */
export type ThreadResult =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'told'; readonly message: MessageData }
  | { readonly kind: 'threw'; readonly text: ClonedText; readonly permanent: boolean };

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
  /** The run has told all that it had to tell. */
  | { readonly type: 'end' };

/** What the server tells a running thread. */
export type ToThread =
  | { readonly type: 'end'; readonly reason: RunEndReason }
  | { readonly type: 'answer'; readonly id: number; readonly value: ResultFile | null }
  | { readonly type: 'refused'; readonly id: number; readonly text: ClonedText; readonly lost: boolean };

/** The text that a clone stands for. */
export function textOf(cloned: ClonedText): Text {
  return typeof cloned === 'string' ? cloned : revived(cloned);
}
