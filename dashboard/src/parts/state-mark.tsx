import type { ReactNode } from 'react';
import { type ListedState, listedStateOf } from '../../../src/core/odata/listed-state.ts';
import type { StoredState } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';

/** Returns a function from states to their names. */
export function useStateName(): (state: ListedState) => string {
  const { t, resource } = useTexts();
  return (state) => {
    if (state === 'Stopped') return t`Stopped`;
    const name = state.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
    return resource(`SR_BATCH_STATE_${name}`) ?? state;
  };
}

/** The name of a state with a dot in its colour. A stopped task is shown as such, and not as a failure. */
export function StateMark({
  state,
  isStopped = false,
}: {
  state: StoredState;
  /** Whether the task was stopped. */
  isStopped?: boolean | undefined;
}): ReactNode {
  const name = useStateName();
  const shown = listedStateOf(state, isStopped);
  return <span className={`state state-${shown}`}>{name(shown)}</span>;
}
