import type { ReactNode } from 'react';
import { useTexts } from '../texts.tsx';

const WIDTHS = ['wide', 'middle', 'short'] as const;

/** Grey bars in a panel, shown while content is being loaded. Screen readers hear "Loading" once. */
export function Skeleton({ lines = 3 }: { lines?: number }): ReactNode {
  const { t } = useTexts();
  return (
    <div className="panel" role="status" aria-label={t`Loading …`}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity
        <span key={index} className={`skeleton ${WIDTHS[index % WIDTHS.length]}`} aria-hidden="true" />
      ))}
    </div>
  );
}
