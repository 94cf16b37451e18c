import type { ReactNode } from 'react';
import { preferences } from '../preferences.ts';
import { useStore } from '../store.ts';
import { readTime, useNow, useTimes } from '../times.ts';

/** A time as the user prefers it, absolute or relative, with the other form in its tooltip; a dash if it was never set. */
export function Moment({ at }: { at: string | null | undefined }): ReactNode {
  const { times } = useStore(preferences);
  const { moment, ago } = useTimes();
  const now = useNow();
  const time = readTime(at ?? '');
  if (time === undefined) return '–';
  const [shown, other] =
    times === 'absolute' ? [moment(time), ago(time, now)] : [ago(time, now), moment(time)];
  return (
    <time dateTime={new Date(time).toISOString()} title={other}>
      {shown}
    </time>
  );
}
