import type { ReactNode } from 'react';
import type { StoredState } from '../api/carriers.ts';

/** How far something is: a bar with its percentage and, where there is one, the text of its stage. */
export function ProgressBar({
  percent,
  text = '',
  label,
  state,
}: {
  percent: number;
  text?: string;
  label: string;
  /** Of the task that it is about: gives the bar its colour. */
  state?: StoredState;
}): ReactNode {
  return (
    <span className="progress">
      <progress max={100} value={percent} aria-label={label} data-state={state} />
      <span className="progress-percent">{percent} %</span>
      {text !== '' && (
        <span className="progress-text" title={text}>
          {text}
        </span>
      )}
    </span>
  );
}
