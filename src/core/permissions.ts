import { type Caller, isAdministrator, isWorkerOnly, seesAll, worksOn } from './access.ts';
import { type Message, message } from './message.ts';
import type { BatchTask } from './task.ts';

/** Bits of `TableRight.Mask` (contract, section 7). */
export const TableRight = { None: 0, Select: 1, Update: 2, Insert: 4, Delete: 8, FULL: 15 } as const;

/** Bits of `FieldRight.Mask` (contract, section 7). */
export const FieldRight = { None: 0, Read: 1, Write: 2, Update: 3 } as const;

/** The rights of a caller on a task. */
export interface TaskRights {
  /** Bits of `TableRight`. */
  readonly table: number;
  /** Bits of `FieldRight` for the fields that PUT may change. */
  readonly editable: number;
  /** Bits of `FieldRight` for the other fields. */
  readonly rest: number;
  /** Whether Stop and Restart are allowed; `Update` alone is not enough. */
  readonly controls: boolean;
  /** The reason for missing rights (`Reason`); null if none are missing. */
  readonly reason: Message | null;
}

/** The relation of a caller to a task, which decides the rights. */
export type Relation = 'administrator' | 'owner' | 'system' | 'viewer' | 'worker' | 'stranger';

const ANOTHERS = message`The task belongs to another associate.`;
const READ_ONLY = message`This sign-in can only read.`;

/** The rights by relation, which responses show and the server enforces (contract, section 7). */
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
    reason: message`Only administrators can change system tasks.`,
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
    reason: message`A worker can only update the tasks of its definitions.`,
  },
  stranger: {
    table: TableRight.None,
    editable: FieldRight.None,
    rest: FieldRight.None,
    controls: false,
    reason: ANOTHERS,
  },
};

/** The properties of a task that rights depend on. */
export type RightsSubject = Pick<BatchTask, 'tenant' | 'ownerId' | 'name'>;

/** Returns the relation of a caller to a task. */
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
 * Returns the rights of a caller on a task. Changes require the scope `write`, or the scope `worker` for tasks of the
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

/** True if the rights include a bit of `TableRight`. */
export function allows(rights: TaskRights, bit: number): boolean {
  return (rights.table & bit) === bit;
}

/** The tasks that a caller may list, as conditions of a query. */
export interface Visibility {
  /** Only tasks of this tenant; `null` for all tenants. */
  readonly tenant: string | null;
  /** Only tasks of these owners, 0 for system tasks; `null` for all owners. */
  readonly ownerIds: readonly number[] | null;
}

/**
 * Returns the tasks on which `rightsOn` gives the caller Select, except those that the caller only works on, which can't be
 * listed.
 */
export function visibleTo(caller: Caller): Visibility {
  return { tenant: caller.tenant, ownerIds: seesAll(caller) ? null : [caller.associateId, 0] };
}
