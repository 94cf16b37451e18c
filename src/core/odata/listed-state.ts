import { STORED_STATES, type StoredState } from '../task-state.ts';
import { quoteText } from './lexer.ts';

/**
 * A state by which people filter lists. Stopped tasks are Failed in the API, with the column `stopped`; here, Failed
 * excludes them.
 */
export type ListedState = StoredState | 'Stopped';

/** The listed states in order. */
export const LISTED_STATES: readonly ListedState[] = STORED_STATES.flatMap((state): ListedState[] =>
  state === 'Failed' ? [state, 'Stopped'] : [state],
);

/** Returns the state to show for a task. */
export function listedStateOf(state: StoredState, isStopped: boolean): ListedState {
  return state === 'Failed' && isStopped ? 'Stopped' : state;
}

/** Returns the `$filter` of tasks in any of these states (docs/archive.md). @param listed at least one */
export function listedStateFilter(listed: readonly ListedState[]): string {
  const isSplit = listed.includes('Failed') !== listed.includes('Stopped');
  const states = listed.filter((state) => state !== 'Stopped' && !(isSplit && state === 'Failed'));
  const parts = [
    ...(states.length === 1 ? [`state eq ${quoteText(states[0] ?? '')}`] : []),
    ...(states.length > 1 ? [`state oneOf (${states.map(quoteText).join(', ')})`] : []),
    ...(isSplit && listed.includes('Failed') ? ["(state eq 'Failed' and stopped eq false)"] : []),
    ...(isSplit && listed.includes('Stopped') ? ['stopped eq true'] : []),
  ];
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' or ')})`;
}
