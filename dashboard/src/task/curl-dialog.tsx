import { type ReactNode, useRef, useState } from 'react';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useTexts } from '../texts.tsx';
import { curlOf } from './curl.ts';

/** Shows the command that starts a task like this one, to copy. */
export function CurlDialog({
  task,
  login,
  onClose,
}: {
  task: BatchTaskInfo;
  login: string;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const area = useRef<HTMLTextAreaElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    area.current?.select();
    // Browsers have the clipboard on https and on this machine only; elsewhere the selection is there to be copied.
    navigator.clipboard?.writeText(area.current?.value ?? '').then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Dialog title={t`As curl`} onClose={onClose}>
      <p>{t`Starts a task like this one. curl asks for your password.`}</p>
      <textarea
        ref={area}
        className="code"
        aria-label={t`As curl`}
        readOnly
        rows={6}
        value={curlOf(task, login, location.origin)}
      />
      <p className="buttons">
        <button type="button" className="primary" onClick={copy}>{t`Copy`}</button>
        <button type="button" onClick={onClose}>{t`Close`}</button>
        <span role="status">{isCopied ? t`Copied` : ''}</span>
      </p>
    </Dialog>
  );
}
