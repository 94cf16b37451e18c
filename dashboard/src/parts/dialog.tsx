import { type ReactNode, type RefObject, useEffect, useRef } from 'react';

/** A modal dialog. Escape closes it, and the focus returns to where it was. */
export function Dialog({
  title,
  focus,
  onClose,
  children,
}: {
  title: string;
  /** The element to focus at first; by default the first control. */
  focus?: RefObject<HTMLElement | null>;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    focus?.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [focus]);
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
