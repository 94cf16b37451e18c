import { type ReactNode, useRef, useState } from 'react';
import { useTexts } from '../texts.tsx';

/** A new secret, which the server never shows again, to copy. */
export function ShownOnce({ secret, text }: { secret: string; text?: string }): ReactNode {
  const { t } = useTexts();
  return (
    <div className="panel shown-once">
      <p role="status">
        {text ?? t`Copy it now; it is not shown again:`} <code>{secret}</code>
      </p>
      <CopyButton text={secret} />
    </div>
  );
}

/** Copies a text to the clipboard. Without a clipboard, as over http, it selects `fallback` to be copied by hand. */
export function CopyButton({
  text,
  className = '',
  label,
  onUnavailable,
}: {
  text: string;
  /** For screen readers, if several buttons copy. */
  label?: string;
  className?: 'primary' | '';
  onUnavailable?: () => void;
}): ReactNode {
  const { t } = useTexts();
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = (): void => {
    clearTimeout(timer.current);
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    written.then(
      () => {
        setCopied(true);
        timer.current = setTimeout(() => setCopied(false), 3000);
      },
      () => onUnavailable?.(),
    );
  };
  return (
    <>
      <button type="button" className={className} aria-label={label} onClick={copy}>
        {t`Copy`}
      </button>
      <span role="status">{isCopied ? t`Copied` : ''}</span>
    </>
  );
}
