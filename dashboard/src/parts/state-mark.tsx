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

/** Marks the values in a text. */
const GAP = '\u0000';

/**
 * Returns a function from the Result of a Failed task to whether the task was stopped. The server has no state for stops,
 * but writes their Results from these templates, in the language of the page.
 */
export function useIsStopped(): (result: string) => boolean {
  const { t } = useTexts();
  const patterns = [
    t`Stopped by ${GAP} (associate ${GAP}) at ${GAP}.`,
    t`Stopped with batch task ${GAP}. ${GAP}`,
    t`Stopped: another child of batch task ${GAP} has failed.`,
  ].map((text) => new RegExp(`^${text.split(GAP).map(escapePattern).join('.*')}$`, 's'));
  return (result) => patterns.some((pattern) => pattern.test(result));
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The name of a state with a dot in its colour. A stopped task is shown as such, and not as a failure. */
export function StateMark({
  state,
  isStopped = false,
}: {
  state: StoredState;
  /** Whether the task was stopped, if it is Failed. */
  isStopped?: boolean;
}): ReactNode {
  const { t } = useTexts();
  const name = useStateName();
  if (state === 'Failed' && isStopped) return <span className="state state-Stopped">{t`Stopped`}</span>;
  return <span className={`state state-${state}`}>{name(state)}</span>;
}
