/**
 * The states of a batch task and the transitions between them, as data (contract, sections 1 and 2).
 *
 * ```
 * New ──claim──▶ Aquired ──run──▶ Started ──▶ Succeeded ◀──▶ SucceededManualCleanup
 *  ▲                │                │   └───▶ Failed
 *  └── hand back ───┴── hand back ───┘           │
 *  └───────────────── restart ───────────────────┘
 * ```
 *
 * By PUT, New and Aquired also move to each of the three ends.
 */

/** `BatchTaskState` by name, with SuperOffice's numbers and spelling. `Unknown` and `All` are never a task's state. */
export const TaskState = {
  Unknown: 0,
  New: 1,
  Aquired: 2,
  Started: 3,
  Succeeded: 4,
  Failed: 5,
  SucceededManualCleanup: 6,
  All: 99999,
} as const;

/** The name of a `BatchTaskState`. */
export type TaskStateName = keyof typeof TaskState;

/** The name of a state that a stored task can have. */
export type StoredState = Exclude<TaskStateName, 'Unknown' | 'All'>;

/** Every state that a stored task can have, in the order of their numbers. */
export const STORED_STATES = [
  'New',
  'Aquired',
  'Started',
  'Succeeded',
  'Failed',
  'SucceededManualCleanup',
] as const satisfies readonly StoredState[];

/** The states in which a task has ended: nothing runs and nothing is due. */
export const ENDED_STATES = [
  'Succeeded',
  'Failed',
  'SucceededManualCleanup',
] as const satisfies readonly StoredState[];

/** The states in which somebody holds the task: it may not be deleted. */
export const ACTIVE_STATES = ['Aquired', 'Started'] as const satisfies readonly StoredState[];

/** The states in which nobody holds the task. */
export const INACTIVE_STATES = ['New', ...ENDED_STATES] as const satisfies readonly StoredState[];

/**
 * The transitions that PUT may make, by the state that a task is in (contract, section 2). Keeping the state is always
 * allowed. An executor outside the server may report only the end, so New and Aquired lead to every end.
 */
export const ALLOWED_TRANSITIONS: Readonly<Record<StoredState, readonly StoredState[]>> = {
  New: ['Aquired', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Aquired: ['New', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Started: ['Succeeded', 'SucceededManualCleanup', 'Failed', 'New'],
  Failed: ['New'],
  Succeeded: ['SucceededManualCleanup'],
  SucceededManualCleanup: ['Succeeded'],
};

/** Returns whether PUT may move a task from one state to the other. */
export function isAllowedTransition(from: StoredState, to: StoredState): boolean {
  return from === to || ALLOWED_TRANSITIONS[from].includes(to);
}

/** Whether a task in this state has ended. */
export function hasEnded(state: StoredState): boolean {
  return (ENDED_STATES as readonly StoredState[]).includes(state);
}

/** Whether somebody holds a task in this state. */
export function isActive(state: StoredState): boolean {
  return (ACTIVE_STATES as readonly StoredState[]).includes(state);
}

const byLowerName = new Map<string, TaskStateName>();
const byNumber = new Map<number, TaskStateName>();
for (const [name, number] of Object.entries(TaskState)) {
  byLowerName.set(name.toLowerCase(), name as TaskStateName);
  byNumber.set(number, name as TaskStateName);
}
// Other spellings of Aquired: the correct one, and that of SuperOffice's database page (contract, section 1.1).
for (const name of ['acquired', 'assigned']) byLowerName.set(name, 'Aquired');

/**
 * Reads a state as clients write it: a name in any casing, or a number, also as digits in a string. `Acquired` and
 * `Assigned` are `Aquired`.
 *
 * @returns the state's name, or `undefined` if there is no such state
 */
export function parseState(value: string | number): TaskStateName | undefined {
  if (typeof value === 'number') return byNumber.get(value);
  const text = value.trim();
  return /^\d{1,5}$/.test(text) ? byNumber.get(Number(text)) : byLowerName.get(text.toLowerCase());
}

/**
 * The name that belongs to a stored state number.
 *
 * @throws RangeError where the number is not that of a stored state, which would be a corrupt row
 */
export function storedStateOf(number: number): StoredState {
  const name = byNumber.get(number);
  if (name === undefined || name === 'Unknown' || name === 'All') {
    throw new RangeError(`${number} is not the number of a stored task state`);
  }
  return name;
}
