/** What a module of one's own definitions imports. */
export * from './define-task.ts';
export type * from './run-services.ts';
