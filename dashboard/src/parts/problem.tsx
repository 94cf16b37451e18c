import type { ReactNode } from 'react';
import { Refused } from '../api/call.ts';
import { useTexts } from '../texts.tsx';

/** A validation error of the page itself, in the user's language. */
export class InputError extends Error {
  readonly field: string | undefined;

  /** @param field the name of the control to show it at */
  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

/** Shows why a call failed; nothing without an error. */
export function Problem({ error }: { error: unknown }): ReactNode {
  const { t } = useTexts();
  if (error === null || error === undefined) return null;
  return (
    <p className="problem" role="alert">
      {error instanceof Refused || error instanceof InputError
        ? error.message
        : t`The server is not responding.`}
    </p>
  );
}
