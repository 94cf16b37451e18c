import { type Caller, isAdministrator, isWorkerOnly, seesAll, worksOn } from './caller.ts';
import { type Message, message } from './message.ts';
import type { BatchTask } from './task.ts';

/** Bits of `TableRight.Mask` (contract, section 7). */
export const TableRight = { None: 0, Select: 1, Update: 2, Insert: 4, Delete: 8, FULL: 15 } as const;

/** Bits of `FieldRight.Mask` (contract, section 7). */
export const FieldRight = { None: 0, Read: 1, Write: 2, Update: 3 } as const;

/** What a caller may do with one task: bits of `TableRight`, and of `FieldRight` for the fields PUT may change and for the rest. */
export interface TaskRights {
  readonly table: number;
  readonly editable: number;
  readonly rest: number;
  /** Whether Stop and Restart are allowed; `Update` alone is not enough. */
  readonly controls: boolean;
  /** Why the rights are what they are, for `Reason`; null where nothing is withheld. */
  readonly reason: Message | null;
}

/** How a caller stands to a task. */
export type Relation = 'administrator' | 'owner' | 'system' | 'viewer' | 'worker' | 'stranger';

const ANOTHERS = message`The task belongs to another associate.`;
const READ_ONLY = message`This sign-in may only read.`;

/**
 * The rights by relation: the one table that the answers show and the server enforces (contract, section 7).
 */
export const RIGHTS: Readonly<Record<Relation, TaskRights>> = {
  administrator: {
    table: TableRight.FULL,
    editable: FieldRight.Update,
    rest: FieldRight.Read,
    controls: true,
    reason: null,
  },
  owner: {
    table: TableRight.Select | TableRight.Update | TableRight.Delete,
    editable: FieldRight.Update,
    rest: FieldRight.Read,
    controls: true,
    reason: null,
  },
  system: {
    table: TableRight.Select,
    editable: FieldRight.Read,
    rest: FieldRight.Read,
    controls: false,
    reason: message`System tasks are changed by administrators.`,
  },
  viewer: {
    table: TableRight.Select,
    editable: FieldRight.Read,
    rest: FieldRight.Read,
    controls: false,
    reason: ANOTHERS,
  },
  worker: {
    table: TableRight.Select | TableRight.Update,
    editable: FieldRight.Update,
    rest: FieldRight.Read,
    controls: false,
    reason: message`A worker updates the tasks of its definitions and does nothing else with them.`,
  },
  stranger: {
    table: TableRight.None,
    editable: FieldRight.None,
    rest: FieldRight.None,
    controls: false,
    reason: ANOTHERS,
  },
};

/** What rights on a task depend on. */
export type RightsSubject = Pick<BatchTask, 'tenant' | 'ownerId' | 'name'>;

/** How the caller stands to a task of this tenant, owner and definition. */
export function relationTo(caller: Caller, task: RightsSubject): Relation {
  if (caller.tenant !== null && caller.tenant !== task.tenant) return 'stranger';
  const works = worksOn(caller, task.name);
  if (isWorkerOnly(caller)) return works ? 'worker' : 'stranger';
  if (isAdministrator(caller)) return 'administrator';
  if (task.ownerId !== 0 && task.ownerId === caller.associateId) return 'owner';
  if (works) return 'worker';
  if (task.ownerId === 0) return 'system';
  return seesAll(caller) ? 'viewer' : 'stranger';
}

/**
 * Returns what the caller may do with the task. Changes need the scope `write`, or the scope `worker` on tasks of the
 * sign-in's definitions.
 */
export function rightsOn(caller: Caller, task: RightsSubject): TaskRights {
  const relation = relationTo(caller, task);
  const rights = RIGHTS[relation];
  if (relation === 'worker' || caller.scopes.includes('write')) return rights;
  if (relation !== 'stranger' && worksOn(caller, task.name)) return RIGHTS.worker;
  return {
    table: rights.table & TableRight.Select,
    editable: rights.editable & FieldRight.Read,
    rest: rights.rest & FieldRight.Read,
    controls: false,
    reason: rights.reason ?? READ_ONLY,
  };
}

/** Whether rights include a bit of `TableRight`. */
export function allows(rights: TaskRights, bit: number): boolean {
  return (rights.table & bit) === bit;
}

/** Which tasks a caller may see, as conditions that a query can begin with. */
export interface Visibility {
  /** The tenant whose tasks they are; `null` for all. */
  readonly tenant: string | null;
  /** The owners whose tasks they are, 0 for system tasks; `null` for everybody. */
  readonly ownerIds: readonly number[] | null;
}

/**
 * The tasks on which `rightsOn` gives the caller Select, and no others; without those that the caller only works
 * on, which are read one by one.
 */
export function visibleTo(caller: Caller): Visibility {
  return { tenant: caller.tenant, ownerIds: seesAll(caller) ? null : [caller.associateId, 0] };
}
