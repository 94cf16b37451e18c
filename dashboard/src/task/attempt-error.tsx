import { type ReactNode, useRef } from 'react';
import type { AttemptError } from '../api/carriers.ts';
import { CopyButton } from '../parts/shown-once.tsx';
import { useTexts } from '../texts.tsx';

/** The error of an attempt: class and message, and folded its stack, its cause and the errors that it combines. */
export function ErrorBox({ error }: { error: AttemptError }): ReactNode {
  const { t } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const select = (): void => {
    for (const each of box.current?.querySelectorAll('details') ?? []) each.open = true;
    if (box.current !== null) getSelection()?.selectAllChildren(box.current);
  };
  return (
    <section className="attempt-error" aria-label={t`Error`}>
      <div ref={box}>
        <ErrorTexts error={error} />
      </div>
      <div className="buttons">
        <CopyButton text={textOf(error)} onUnavailable={select} />
      </div>
    </section>
  );
}

function ErrorTexts({ error }: { error: AttemptError }): ReactNode {
  const { t } = useTexts();
  const { Stack, Cause, Errors = [] } = error;
  return (
    <>
      <p className="error-head">
        {error.Class != null && <strong>{error.Class}: </strong>}
        {error.Message}
      </p>
      {Stack != null && Stack !== '' && (
        <details>
          <summary>{t`Stack`}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard */}
          <pre tabIndex={0}>{Stack}</pre>
        </details>
      )}
      {Cause != null && (
        <details open>
          <summary>{t`Cause`}</summary>
          <ErrorTexts error={Cause} />
        </details>
      )}
      {Errors.length > 0 && (
        <details open>
          <summary>{t`Combined errors: ${Errors.length}`}</summary>
          <ol>
            {Errors.map((one, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the errors never change
              <li key={index}>
                <ErrorTexts error={one} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

/** The first line of an error: its class and message. */
export function headOf({ Class, Message }: AttemptError): string {
  return Class == null ? Message : `${Class}: ${Message}`;
}

/** An error with its causes as text, in the form in which Node.js prints it. */
function textOf(error: AttemptError, indent = ''): string {
  const { Stack, Cause, Errors = [] } = error;
  const own = Stack == null || Stack === '' ? headOf(error) : `${headOf(error)}\n${Stack}`;
  const nested = [
    ...(Cause == null ? [] : [`[cause]: ${textOf(Cause, '  ')}`]),
    ...Errors.map((one, index) => `[errors ${index}]: ${textOf(one, '  ')}`),
  ];
  return [own, ...nested].join('\n').replaceAll('\n', `\n${indent}`);
}
