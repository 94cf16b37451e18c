import type { ReactNode } from 'react';

/** What is wider than a phone scrolls in this box, by keyboard too. `className` is for what else the box is. */
export function ScrollBox({ className, children }: { className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className={className === undefined ? 'scroll' : `${className} scroll`} tabIndex={0}>
      {children}
    </div>
  );
}
