import { type ReactNode, useEffect, useRef, useState } from 'react';
import { api, get } from '../api/call.ts';
import type { LogLine } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { download } from '../download.ts';
import { useLive } from '../live.ts';
import { Highlighted, SearchedWords, textPattern } from '../parts/highlighted.tsx';
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
  const [level, setLevel] = useState<Level>('debug');
  const [text, setText] = useState('');
  const [isFollowed, setFollowed] = useState(true);
  if (lines.length === 0) return null;
  const levels = LEVELS.slice(LEVELS.indexOf(level)) as readonly string[];
  const wanted = text.toLowerCase();
  const shown = lines.filter(
    (line) =>
      (level === 'debug' || levels.includes(line.Level)) && line.Message.toLowerCase().includes(wanted),
  );
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t`Log`}</h2>
        <select
          aria-label={t`Level`}
          value={level}
          onChange={(event) => setLevel(event.target.value as Level)}
        >
          <option value="debug">{t`All levels`}</option>
          <option value="info">{t`${'info'} and above`}</option>
          <option value="warn">{t`${'warn'} and above`}</option>
          <option value="error">error</option>
        </select>
        <input
          type="search"
          value={text}
          aria-label={t`Search in ${t`Log`}`}
          placeholder={t`Search`}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="button" aria-pressed={isFollowed} onClick={() => setFollowed(!isFollowed)}>
          {t`Follow`}
        </button>
        <button type="button" onClick={() => download(`task-${props.id}.log`, textOf(shown), 'text/plain')}>
          {t`Download`}
        </button>
      </div>
      {shown.length === 0 && <p role="status">{t`No lines match.`}</p>}
      <SearchedWords value={text === '' ? undefined : textPattern(text)}>
        <Lines lines={shown} isFollowed={isFollowed} onFollow={setFollowed} />
      </SearchedWords>
    </section>
  );
}

/** The levels, the least important first. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** The lines as a text file, with times in UTC. */
function textOf(lines: readonly LogLine[]): string {
  return lines
    .map(
      ({ At, Level, Message }) =>
        `${new Date(readTime(At) ?? 0).toISOString()} ${Level.padEnd(5)} ${Message}\n`,
    )
    .join('');
}

/** The log of one attempt, live. */
export function AttemptLog(props: LogProps & { readonly attempt: number }): ReactNode {
  const { t } = useTexts();
  const { lines, isRead } = useLog(props);
  const [isFollowed, setFollowed] = useState(true);
  if (lines.length > 0) return <Lines lines={lines} isFollowed={isFollowed} onFollow={setFollowed} />;
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

/** Log lines in a box that follows the end. Scrolling up ends this, scrolling to the end resumes it. */
function Lines({
  lines,
  isFollowed,
  onFollow,
}: {
  lines: readonly LogLine[];
  isFollowed: boolean;
  onFollow: (isFollowed: boolean) => void;
}): ReactNode {
  const { clock } = useTimes();
  const box = useRef<HTMLPreElement>(null);
  const top = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it moves when lines come
  useEffect(() => {
    if (isFollowed) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines, isFollowed]);
  return (
    <pre
      ref={box}
      className="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        const isUp = scrollTop < top.current;
        top.current = scrollTop;
        const isAtEnd = scrollTop + clientHeight > scrollHeight - 20;
        if (isAtEnd ? !isFollowed && !isUp : isUp && isFollowed) onFollow(isAtEnd);
      }}
    >
      {lines.map((line) => (
        <span key={line.Id} className={`log-${line.Level}`}>
          {`${clock(readTime(line.At) ?? 0)} ${line.Level.padEnd(5)} `}
          <Highlighted text={line.Message} />
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
