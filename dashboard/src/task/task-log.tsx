import { type ReactNode, useEffect, useRef, useState } from 'react';
import { hasEnded } from '../../../src/core/task-state.ts';
import { api, get } from '../api/call.ts';
import type { LogLine, StoredState } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { useLive } from '../live.ts';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** The polling interval in milliseconds; log lines are not in the event stream. */
const INTERVAL = 1000;
/** The number of lines that the server keeps for a task. */
const MOST = 1000;

/** The log of a task, live. It follows the end unless the user has scrolled up. */
export function TaskLog({ id, state }: { id: number; state: StoredState }): ReactNode {
  const { t } = useTexts();
  const { clock } = useTimes();
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  /** The final state at which the log was read completely. A task that runs again logs more. */
  const completeAt = useRef<StoredState>(undefined);
  useLive(async () => {
    if (completeAt.current === state) return;
    completeAt.current = undefined;
    const after = lines.at(-1)?.Id ?? 0;
    const more = await get(
      api.GET('/api/v1/BatchTask/{id}/Log', { params: { ...at(id), query: { After: String(after) } } }),
    );
    if (more.length > 0) setLines((before) => [...before, ...more].slice(-MOST));
    if (hasEnded(state)) completeAt.current = state;
  }, INTERVAL);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it moves when lines come
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);
  if (lines.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t`Log`}</h2>
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
    </section>
  );
}
