import type { ReactNode } from 'react';
import { Refused } from '../api/call.ts';
import { useTexts } from '../texts.tsx';

/** Tells why something did not work. */
export function Problem({ error }: { error: unknown }): ReactNode {
  const { t } = useTexts();
  if (error === null || error === undefined) return null;
  return (
    <p className="problem" role="alert">
      {error instanceof Refused ? error.message : t`The server does not answer.`}
    </p>
  );
}
