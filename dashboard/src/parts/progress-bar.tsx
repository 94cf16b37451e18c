import type { ReactNode } from 'react';

/** How far something is: a bar with its percentage and, where there is one, the text of its stage. */
export function ProgressBar({
  percent,
  text = '',
  label,
}: {
  percent: number;
  text?: string;
  label: string;
}): ReactNode {
  return (
    <span className="progress">
      <progress max={100} value={percent} aria-label={label} />
      <span className="progress-percent">{percent} %</span>
      {text !== '' && (
        <span className="progress-text" title={text}>
          {text}
        </span>
      )}
    </span>
  );
}
