import type { ReactNode } from 'react';
import type { StoredState } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';

/** A state's name for people. */
export function useStateName(): (state: StoredState) => string {
  const { resource } = useTexts();
  return (state) => {
    const name = state.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
    return resource(`SR_BATCH_STATE_${name}`) ?? state;
  };
}

/** A state as a word with a dot of its colour. */
export function StateMark({ state }: { state: StoredState }): ReactNode {
  return <span className={`state state-${state}`}>{useStateName()(state)}</span>;
}
