import type { Caller } from '../core/caller.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import type { StoredState } from '../core/task-state.ts';

/** Which events somebody wants. Every condition that is given must hold; an empty set is all. */
export interface EventFilter {
  readonly taskId?: number | undefined;
  /** Names of definitions in lower case. */
  readonly names: ReadonlySet<string>;
  /** States that tasks have come to, or are in while they progress. */
  readonly states: ReadonlySet<StoredState>;
  /** Only tasks of the caller's own. */
  readonly own: boolean;
}

/** What a filter and rights look at. */
export interface EventSubject {
  readonly taskId: number;
  readonly tenant: string;
  readonly ownerId: number;
  readonly name: string;
  readonly state: StoredState;
}

/** Whether a caller wants an event and may see it: what rights say of its task (contract, section 7). */
export function concerns(caller: Caller, filter: EventFilter, subject: EventSubject): boolean {
  if (filter.taskId !== undefined && filter.taskId !== subject.taskId) return false;
  if (filter.own && subject.ownerId !== caller.associateId) return false;
  if (filter.states.size > 0 && !filter.states.has(subject.state)) return false;
  if (filter.names.size > 0 && !filter.names.has(subject.name.toLowerCase())) return false;
  return allows(rightsOn(caller, subject), TableRight.Select);
}
