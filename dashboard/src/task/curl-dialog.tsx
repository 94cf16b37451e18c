import { type ReactNode, useRef } from 'react';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { Dialog } from '../parts/dialog.tsx';
import { CopyButton } from '../parts/shown-once.tsx';
import { useTexts } from '../texts.tsx';
import { curlOf } from './curl.ts';

/** Shows a curl command that starts a copy of the task. */
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
  const command = curlOf(task, login, location.origin);
  return (
    <Dialog title={t`Copy as curl`} onClose={onClose}>
      <p>{t`Starts a task with the same parameters. curl asks for your password.`}</p>
      <textarea ref={area} className="code" aria-label={t`Copy as curl`} readOnly rows={6} value={command} />
      <div className="buttons">
        <CopyButton text={command} className="primary" onUnavailable={() => area.current?.select()} />
        <button type="button" onClick={onClose}>{t`Close`}</button>
      </div>
    </Dialog>
  );
}
