import { type ReactNode, useEffect, useRef, useState } from 'react';
import { api, get } from '../api/call.ts';
import type { LogLine } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** The polling interval in milliseconds; log lines are not in the event stream. */
const INTERVAL = 1000;
/** The number of lines that the server keeps for a task. */
const MOST = 1000;

/** A log to follow. */
interface LogProps {
  readonly id: number;
  /** Only the lines of this attempt. */
  readonly attempt?: number;
  /** Names the end after which no lines follow; undefined until then. A task that runs again gets another end. */
  readonly end: string | undefined;
}

/** The log of a task, live. Nothing if it has no lines. */
export function TaskLog(props: LogProps): ReactNode {
  const { t } = useTexts();
  const { lines } = useLog(props);
  if (lines.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t`Log`}</h2>
      <Lines lines={lines} />
    </section>
  );
}

/** The log of one attempt, live. */
export function AttemptLog(props: LogProps & { readonly attempt: number }): ReactNode {
  const { t } = useTexts();
  const { lines, isRead } = useLog(props);
  if (lines.length > 0) return <Lines lines={lines} />;
  return <p className="dim">{isRead ? t`No lines.` : t`Loading …`}</p>;
}

function useLog({ id, attempt, end }: LogProps): {
  readonly lines: readonly LogLine[];
  readonly isRead: boolean;
} {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [isRead, setRead] = useState(false);
  /** The end at which the log was read completely. */
  const completeAt = useRef<string>(undefined);
  useLive(async () => {
    if (end !== undefined && completeAt.current === end) return;
    completeAt.current = undefined;
    const query = {
      After: String(lines.at(-1)?.Id ?? 0),
      ...(attempt === undefined ? {} : { Attempt: String(attempt) }),
    };
    const more = await get(api.GET('/api/v1/BatchTask/{id}/Log', { params: { ...at(id), query } }));
    if (more.length > 0) setLines((before) => [...before, ...more].slice(-MOST));
    setRead(true);
    completeAt.current = end;
  }, INTERVAL);
  return { lines, isRead };
}

/** Log lines in a box that follows the end unless the user has scrolled up. */
function Lines({ lines }: { lines: readonly LogLine[] }): ReactNode {
  const { clock } = useTimes();
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it moves when lines come
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);
  return (
    <pre
      ref={box}
      className="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight > scrollHeight - 20;
      }}
    >
      {lines.map((line) => (
        <span key={line.Id} className={`log-${line.Level}`}>
          {`${clock(readTime(line.At) ?? 0)} ${line.Level.padEnd(5)} ${line.Message}\n`}
        </span>
      ))}
    </pre>
  );
}
