import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useTexts } from '../texts.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

/** The button of a destructive action. It asks in a dialog, which stays open with the reason if the action fails. */
export function ConfirmButton({
  action,
  label,
  title,
  text = '',
  className = 'danger',
  run,
}: {
  /** Label of the button, one verb: "Delete". */
  action: string;
  /** The accessible name, if there are several such buttons. It contains `action`. */
  label?: string;
  /** The question. */
  title: string;
  /** The consequences. */
  text?: string;
  className?: 'danger' | 'quiet' | '';
  run: () => Promise<unknown>;
}): ReactNode {
  const { t } = useTexts();
  const cancel = useRef<HTMLButtonElement>(null);
  const [isAsking, setAsking] = useState(false);
  const acting = useMutation({ mutationFn: run, onSuccess: () => setAsking(false) });
  const ask = (): void => {
    acting.reset();
    setAsking(true);
  };
  return (
    <>
      <button type="button" className={className} aria-label={label} onClick={ask}>
        {action}
      </button>
      {isAsking && (
        <Dialog title={title} focus={cancel} onClose={() => setAsking(false)}>
          {text !== '' && <p>{text}</p>}
          <Problem error={acting.error} />
          <div className="buttons">
            <button
              type="button"
              className="danger"
              disabled={acting.isPending}
              onClick={() => acting.mutate()}
            >
              {action}
            </button>
            <button ref={cancel} type="button" onClick={() => setAsking(false)}>{t`Cancel`}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}
