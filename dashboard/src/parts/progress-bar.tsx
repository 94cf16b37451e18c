import type { ReactNode } from 'react';
import type { StoredState } from '../api/carriers.ts';
import { Highlighted } from './highlighted.tsx';

/** A progress bar with its percentage and, if there is one, a text. */
export function ProgressBar({
  percent,
  text = '',
  title = text,
  label,
  state,
  isStopped = false,
}: {
  percent: number;
  text?: string;
  /** The tooltip of the text; by default the text itself, which may be cut off. */
  title?: string | undefined;
  label: string;
  /** The state of the task, which gives the bar its colour. */
  state?: StoredState;
  isStopped?: boolean;
}): ReactNode {
  return (
    <span className="progress">
      <progress max={100} value={percent} aria-label={label} data-state={isStopped ? 'Stopped' : state} />
      <span className="progress-percent">{percent} %</span>
      {text !== '' && (
        <span className="progress-text" title={title}>
          <Highlighted text={text} />
        </span>
      )}
    </span>
  );
}
