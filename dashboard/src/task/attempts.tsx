import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { hasEnded } from '../../../src/core/task-state.ts';
import type { Attempt, BatchTaskInfo } from '../api/carriers.ts';
import { readAttempts } from '../api/tasks.ts';
import { type FactList, Facts } from '../parts/facts.tsx';
import { Moment } from '../parts/moment.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useNow, useTimes } from '../times.ts';
import { ErrorBox, headOf } from './attempt-error.tsx';
import { type Span, spansOf } from './attempt-spans.ts';
import { AttemptLog } from './task-log.tsx';

/** The number of attempts that are loaded at once, the latest first. */
const WINDOW = 50;

/**
 * The attempts to run a task as a timeline, newest first: each with its outcome, error, log and progress, and the times
 * between them. Nothing before the first attempt.
 *
 * @param latest the number of the latest attempt; 0 if there is none
 */
export function Attempts({ task, latest }: { task: BatchTaskInfo; latest: number }): ReactNode {
  const { t } = useTexts();
  const now = useNow();
  const [windows, setWindows] = useState(1);
  const after = Math.max(0, latest - WINDOW * windows);
  const { data: attempts = [] } = useQuery({
    queryKey: ['attempts', task.Id, after],
    queryFn: ({ signal }) => readAttempts(task.Id, after, signal),
    placeholderData: keepPreviousData,
    enabled: latest > 0,
  });
  if (attempts.length === 0) return null;
  const created = after === 0 ? readTime(task.Created) : undefined;
  const spans = spansOf(attempts, created, hasEnded(task.State), now);
  return (
    <section className="panel attempts">
      <h2>{t`Attempts`}</h2>
      <div className="attempt-strip" aria-hidden="true">
        {spans.map((span) => (
          <span
            key={keyOf(span)}
            className={span.kind === 'ran' ? `ran ${classOf(span.attempt)}` : span.kind}
            style={{ flexGrow: span.to - span.from }}
          />
        ))}
      </div>
      <ol className="timeline">
        {spans.toReversed().map((span, index) => (
          <li key={keyOf(span)} className={span.kind}>
            {span.kind === 'ran' && span.attempt !== undefined ? (
              <AttemptItem task={task} attempt={span.attempt} isLatest={index <= 1} now={now} />
            ) : (
              <Gap span={span} isLast={index === 0} now={now} />
            )}
          </li>
        ))}
      </ol>
      {after > 0 && (
        <button type="button" onClick={() => setWindows(windows + 1)}>
          {t`Earlier attempts`}
        </button>
      )}
    </section>
  );
}

const keyOf = ({ kind, attempt }: Span): string => `${kind} ${attempt?.Number ?? 0}`;

const STATES: Readonly<Record<NonNullable<Attempt['Outcome']>, string>> = {
  Succeeded: 'state-Succeeded',
  Failed: 'state-Failed',
  Expired: 'state-Failed',
  Stopped: 'state-Stopped',
  HandedBack: 'state-New',
  Waiting: 'state-New',
};

/** The class that gives an outcome the colour of a state. */
const classOf = (attempt: Attempt | undefined): string =>
  attempt?.Outcome == null ? 'state-Started' : STATES[attempt.Outcome];

function useOutcomeName(): (outcome: Attempt['Outcome']) => string {
  const { t } = useTexts();
  const names = {
    Succeeded: t`Succeeded`,
    Failed: t`Failed`,
    Stopped: t`Stopped`,
    Expired: t`Lease expired`,
    HandedBack: t`Handed back`,
    Waiting: t`Waiting for children`,
  };
  return (outcome) => (outcome === null ? t`Running` : names[outcome]);
}

/** Describes the time before the first attempt, or between two. */
function Gap({ span, isLast, now }: { span: Span; isLast: boolean; now: number }): ReactNode {
  const { t } = useTexts();
  const { duration, span: roundedSpan } = useTimes();
  const lasted = duration(span.to - span.from);
  const describe = (): string => {
    if (span.kind === 'waited') return t`Waited for ${lasted}`;
    if (span.kind === 'idle') return t`Restarted after ${lasted}`;
    const planned = (span.attempt?.NextDelaySeconds ?? 0) * 1000;
    const left = span.from + planned - now;
    if (isLast && left > 0) return t`Paused for ${lasted}; the next attempt is due in ${roundedSpan(left)}`;
    if (planned === 0 || duration(planned) === lasted) return t`Paused for ${lasted}`;
    return t`Paused for ${lasted}; ${duration(planned)} were planned`;
  };
  return <p className="dim">{describe()}</p>;
}

function AttemptItem({
  task,
  attempt,
  isLatest,
  now,
}: {
  task: BatchTaskInfo;
  attempt: Attempt;
  /** Whether it is shown unfolded at first if it has failed. */
  isLatest: boolean;
  now: number;
}): ReactNode {
  const { t } = useTexts();
  const { duration } = useTimes();
  const outcomeName = useOutcomeName();
  const [isOpen, setOpen] = useState(isLatest && attempt.Error !== null);
  const { Number: number, Outcome, Started, Ended, DurationSeconds, Error: error } = attempt;
  const started = readTime(Started ?? '');
  const lasted =
    started === undefined ? undefined : Ended === null ? now - started : (DurationSeconds ?? 0) * 1000;
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span className="attempt-head">
          <strong>{t`Attempt ${number}`}</strong>
          <span className={`state ${classOf(attempt)}`}>{outcomeName(Outcome)}</span>
          {lasted !== undefined && <span className="dim">{duration(lasted)}</span>}
          <Moment at={Started ?? attempt.Claimed} />
        </span>
        {!isOpen && error !== null && <span className="attempt-brief">{headOf(error)}</span>}
      </summary>
      {isOpen && <AttemptBody task={task} attempt={attempt} />}
    </details>
  );
}

function AttemptBody({ task, attempt }: { task: BatchTaskInfo; attempt: Attempt }): ReactNode {
  const { t } = useTexts();
  const [hasLog, setLog] = useState(false);
  const { Number: number, Ended, Reason, Error: error } = attempt;
  const { ProgressPercent, ProgressDescription } = Ended === null ? task : attempt;
  const facts: FactList = [
    [t`Worker`, attempt.Worker ?? t`None: State was set by hand`],
    ...(attempt.Started === null ? ([[t`Started`, t`Never`]] as const) : []),
    ...(Ended === null ? [] : ([[t`Ended`, <Moment key="ended" at={Ended} />]] as const)),
    [t`Progress`, ProgressPercent === null ? '–' : `${ProgressPercent} % ${ProgressDescription}`],
    // Of an attempt that an earlier release ended, the error is unknown.
    ...(attempt.Recorded ? [] : ([[t`Error`, '–']] as const)),
    ...(Reason === '' ? [] : ([[t`Reason`, Reason]] as const)),
  ];
  return (
    <div className="attempt-body">
      <Facts facts={facts} />
      {error !== null && <ErrorBox error={error} />}
      <button type="button" className="quiet" aria-expanded={hasLog} onClick={() => setLog(!hasLog)}>
        {hasLog ? '▾' : '▸'} {t`Log of this attempt`}
      </button>
      {hasLog && <AttemptLog id={task.Id} attempt={number} end={Ended ?? undefined} />}
    </div>
  );
}
