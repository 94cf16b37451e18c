/** The public API for modules of task definitions and for workers outside the server. */
export type { DefinitionLimits } from '../core/limits.ts';
export {
  Message,
  type MessageData,
  type MessageValue,
  type MomentData,
  message,
  type Text,
} from '../core/message.ts';
export type { ChildFilter, ChildResult, ChildToStart, TaskChildren } from './children.ts';
export type * from './define-task.ts';
export * from './define-task.ts';
export * from './errors.ts';
export { CallRefused } from './remote/client.ts';
export { createWorker, type Worker, type WorkerOptions } from './remote/worker.ts';
export * from './resumable-file.ts';
