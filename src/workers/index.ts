/** What a module of one's own definitions imports. */
export type { DefinitionLimits } from '../domain/definition-limits.ts';
export {
  Message,
  type MessageData,
  type MessageValue,
  type MomentData,
  message,
  type Text,
} from '../domain/message.ts';
export * from './define-task.ts';
export * from './errors.ts';
export { createWorker, type Worker, type WorkerOptions } from './remote/create-worker.ts';
export { CallRefused } from './remote/worker-client.ts';
export * from './resumable-file.ts';
export type * from './run-services.ts';
export type { ChildFilter, ChildResult, ChildToStart, TaskChildren } from './task-children.ts';
