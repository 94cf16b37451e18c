import type { ReactNode } from 'react';
import type { StoredState } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';

/** Returns a function from states to their names. */
export function useStateName(): (state: StoredState) => string {
  const { resource } = useTexts();
  return (state) => {
    const name = state.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
    return resource(`SR_BATCH_STATE_${name}`) ?? state;
  };
}

/** The name of a state with a dot in its colour. */
export function StateMark({ state }: { state: StoredState }): ReactNode {
  return <span className={`state state-${state}`}>{useStateName()(state)}</span>;
}
