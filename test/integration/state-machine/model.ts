import type { StoredState } from '../../../src/core/task-state.ts';

/** The callers: the associates, the administrator, and Alice with a read-only token. */
export const CALLERS = ['alice', 'bob', 'admin', 'reader'] as const;
export type CallerName = (typeof CALLERS)[number];

/** The definitions of fixtures/model-handlers.ts that the model knows. */
export const DEFINITIONS = ['parked', 'waiting', 'uncancellable', 'ending', 'failing'] as const;
export type DefinitionName = (typeof DEFINITIONS)[number];

/** The moves that a caller may make, as the contract lists them (section 2); not read from the server's own table. */
const MOVES: Readonly<Record<StoredState, readonly StoredState[]>> = {
  New: ['Aquired', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Aquired: ['New', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Started: ['Succeeded', 'SucceededManualCleanup', 'Failed', 'New'],
  Succeeded: ['SucceededManualCleanup'],
  Failed: ['New'],
  SucceededManualCleanup: ['Succeeded'],
};

/** The owner of a task. */
export type Owner = 'alice' | 'admin' | 'system';

/** The texts that PUT may write. */
export interface Texts {
  readonly description: string;
  readonly response: string;
  readonly request: string;
}

/** A task in the state that the contract requires once the server is idle. */
export interface ModelTask extends Texts {
  readonly id: number;
  readonly definition: DefinitionName;
  readonly owner: Owner;
  readonly deleted: boolean;
  readonly state: StoredState;
  /** Whether a run of the server's holds it. */
  readonly runs: boolean;
  readonly startCount: number;
  readonly result: string;
}

/** Everything that the sequence of calls has started. */
export interface Model {
  readonly tasks: ModelTask[];
}

/** The changes of a PUT; a state that is not stored leaves State unchanged. */
export interface Change extends Partial<Texts> {
  readonly state?: StoredState | 'All' | 'Unknown';
}

/** Rights of the caller on the task (contract, section 7). */
export function accessOf(caller: CallerName, task: ModelTask): 'none' | 'see' | 'change' {
  if (task.deleted) return 'none';
  if (caller === 'admin') return 'change';
  if (task.owner === 'system') return 'see';
  if (task.owner !== 'alice') return 'none';
  return caller === 'alice' ? 'change' : caller === 'reader' ? 'see' : 'none';
}

/** The status of a call that changes the task, as far as rights decide it. */
export function statusOf(caller: CallerName, task: ModelTask): 200 | 403 | 404 {
  // The scope comes before the task.
  if (caller === 'reader') return 403;
  return { none: 404, see: 403, change: 200 }[accessOf(caller, task)] as 200 | 403 | 404;
}

/** A task that has just been started, before the server has looked at it. */
export function startedTask(id: number, definition: DefinitionName, owner: Owner, texts: Texts): ModelTask {
  return {
    ...{ id, definition, owner, ...texts },
    ...{ deleted: false, state: 'New', runs: false, startCount: 0, result: '' },
  };
}

/** The task after the server has run all due tasks. */
export function settled(task: ModelTask): ModelTask {
  if (task.state !== 'New' || task.definition === 'parked') return task;
  const run = { ...task, startCount: task.startCount + 1, result: '' };
  if (task.definition === 'ending') return { ...run, state: 'Succeeded', result: 'It has run.' };
  if (task.definition === 'failing') return { ...run, state: 'Failed', result: 'failed on purpose' };
  return { ...run, state: 'Started', runs: true };
}

/** The task after a PUT, before the server runs it; `undefined` if the transition is illegal. */
export function changed(task: ModelTask, { state, ...texts }: Change): ModelTask | undefined {
  const after = { ...task, ...texts };
  if (state === undefined || state === 'All' || state === 'Unknown' || state === task.state) return after;
  if (!MOVES[task.state].includes(state)) return undefined;
  return { ...after, state, runs: false, startCount: task.startCount + (state === 'Started' ? 1 : 0) };
}

/** The task after a stop, except its Result; `undefined` if a stop has no effect. */
export function stopped(task: ModelTask): ModelTask | undefined {
  const canEnd = ['New', 'Aquired', 'Started'].includes(task.state);
  if (!canEnd || task.definition === 'uncancellable') return undefined;
  return { ...task, state: 'Failed', runs: false };
}

/** Whether the task may be deleted. */
export function isDeletable(task: ModelTask): boolean {
  return task.state !== 'Aquired' && task.state !== 'Started';
}
