import type { Caller } from '../core/caller.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import type { StoredState } from '../core/task-state.ts';

/** Selects events. All given conditions must match; an empty set matches everything. */
export interface EventFilter {
  readonly taskId?: number | undefined;
  /** Names of definitions in lower case. */
  readonly names: ReadonlySet<string>;
  /** New states of tasks; for progress, current states. */
  readonly states: ReadonlySet<StoredState>;
  /** Only tasks of the caller. */
  readonly own: boolean;
}

/** The properties of an event that filters and rights depend on. */
export interface EventSubject {
  readonly taskId: number;
  readonly tenant: string;
  readonly ownerId: number;
  readonly name: string;
  readonly state: StoredState;
}

/** Returns true if an event matches the filter and the caller may read its task (contract, section 7). */
export function concerns(caller: Caller, filter: EventFilter, subject: EventSubject): boolean {
  if (filter.taskId !== undefined && filter.taskId !== subject.taskId) return false;
  if (filter.own && subject.ownerId !== caller.associateId) return false;
  if (filter.states.size > 0 && !filter.states.has(subject.state)) return false;
  if (filter.names.size > 0 && !filter.names.has(subject.name.toLowerCase())) return false;
  return allows(rightsOn(caller, subject), TableRight.Select);
}
