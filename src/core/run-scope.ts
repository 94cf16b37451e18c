import { AsyncLocalStorage } from 'node:async_hooks';
import type { FaultKind } from './meters.ts';

/** Receives the errors that escape from the code of a run, during the run and after its end. */
export interface FaultTarget {
  fault(kind: FaultKind, error: unknown): void;
}

/** A use of the database by the code of a run. */
export interface RunUse {
  /** The definition's name, for errors. */
  readonly definition: string;
  /** The transaction of `ctx.services.transaction`, if the use is part of one. */
  readonly transaction?: {
    /** While it is open, the run may not take another connection. */
    isOpen: boolean;
    /** Called after it timed out and was rolled back. */
    readonly onExpired: (error: Error) => void;
  };
}

/** The run whose code executes, across promises, timers and sockets. Empty for code of the server. */
export interface RunScope {
  /** The run whose connections the code uses. */
  readonly use?: RunUse | undefined;
  /** The run to which errors that escape from the code are attributed. */
  readonly faults?: FaultTarget | undefined;
}

const NONE: RunScope = {};

/** One store for both properties, because entering a store is a noticeable part of a short run. */
const storage = new AsyncLocalStorage<RunScope>();

/** Returns the scope of the code that executes. */
export function currentScope(): RunScope {
  return storage.getStore() ?? NONE;
}

/** Executes work in this scope, which replaces the current one. */
export function inScope<T>(scope: RunScope, work: () => T): T {
  return storage.run(scope, work);
}

/** Executes work in the current scope with these properties changed. */
export function changeScope<T>(changes: RunScope, work: () => T): T {
  return storage.run({ ...currentScope(), ...changes }, work);
}
