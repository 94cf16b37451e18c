import type { ReactNode } from 'react';

/** A box that scrolls sideways if its content is too wide, by keyboard too. */
export function ScrollBox({
  label,
  className = '',
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
    <section className={`${className} scroll`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
