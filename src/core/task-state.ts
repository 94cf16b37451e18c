/**
 * The states of a batch task and the transitions between them, as data (contract, sections 1 and 2).
 *
 * ```
 * New ──claim──▶ Aquired ──run──▶ Started ──▶ Succeeded ◀──▶ SucceededManualCleanup
 *  ▲                │                │   └───▶ Failed
 *  └─── return ─────┴─── return ─────┘           │
 *  └───────────────── restart ───────────────────┘
 * ```
 *
 * PUT also allows New and Aquired to each of the three final states.
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

/** The states of stored tasks, ordered by number. */
export const STORED_STATES = [
  'New',
  'Aquired',
  'Started',
  'Succeeded',
  'Failed',
  'SucceededManualCleanup',
] as const satisfies readonly StoredState[];

/** The final states, in which nothing runs and nothing is due. */
export const ENDED_STATES = [
  'Succeeded',
  'Failed',
  'SucceededManualCleanup',
] as const satisfies readonly StoredState[];

/** The states in which a run or a client owns the task; it can't be deleted. */
export const ACTIVE_STATES = ['Aquired', 'Started'] as const satisfies readonly StoredState[];

/** The states in which the task has no owner. */
export const INACTIVE_STATES = ['New', ...ENDED_STATES] as const satisfies readonly StoredState[];

/**
 * The transitions that PUT allows, by the current state (contract, section 2). Keeping the state is always allowed. New and
 * Aquired lead to each final state, because a client that runs tasks itself may only report the end.
 */
export const ALLOWED_TRANSITIONS: Readonly<Record<StoredState, readonly StoredState[]>> = {
  New: ['Aquired', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Aquired: ['New', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Started: ['Succeeded', 'SucceededManualCleanup', 'Failed', 'New'],
  Failed: ['New'],
  Succeeded: ['SucceededManualCleanup'],
  SucceededManualCleanup: ['Succeeded'],
};

/** Returns true if PUT may change the state so. */
export function isAllowedTransition(from: StoredState, to: StoredState): boolean {
  return from === to || ALLOWED_TRANSITIONS[from].includes(to);
}

/** Returns true if the state is final. */
export function hasEnded(state: StoredState): boolean {
  return (ENDED_STATES as readonly StoredState[]).includes(state);
}

/** Returns true if a run or a client owns a task in this state. */
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
 * Parses a state from a client: a name in any casing, or a number, also as a string. `Acquired` and `Assigned` are
 * `Aquired`.
 *
 * @returns the state's name, or `undefined` if there is no such state
 */
export function parseState(value: string | number): TaskStateName | undefined {
  if (typeof value === 'number') return byNumber.get(value);
  const text = value.trim();
  return /^\d{1,5}$/.test(text) ? byNumber.get(Number(text)) : byLowerName.get(text.toLowerCase());
}

/**
 * Returns the name of a stored state number.
 *
 * @throws RangeError if there is no such state: the row is corrupt
 */
export function storedStateOf(number: number): StoredState {
  const name = byNumber.get(number);
  if (name === undefined || name === 'Unknown' || name === 'All') {
    throw new RangeError(`${number} is not the number of a stored task state`);
  }
  return name;
}
