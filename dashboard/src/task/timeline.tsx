import type { ReactNode } from 'react';
import type { AuditEntry, Session } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { Moment } from '../parts/moment.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** The state transitions of a task, newest first. */
export function Timeline({ entries, who }: { entries: readonly AuditEntry[]; who: Session }): ReactNode {
  const { t } = useTexts();
  const { duration } = useTimes();
  const names = useNames(who);
  const times = entries.map((entry) => readTime(entry.At) ?? 0);
  const items = entries.map((entry, index) => ({
    entry,
    index,
    lasted: index + 1 < times.length ? (times[index + 1] ?? 0) - (times[index] ?? 0) : undefined,
  }));
  return (
    <section className="panel history">
      <h2>{t`History`}</h2>
      <ol className="timeline">
        {items.reverse().map(({ entry, index, lasted }) => (
          <li key={index}>
            <StateMark state={entry.To} isStopped={entry.Stopped} />
            {lasted !== undefined && <span className="dim"> {duration(lasted)}</span>}
            <Moment at={entry.At} />
            <p>
              {entry.Reason}
              {entry.ActorId !== 0 && <span className="dim"> {names(entry.ActorId)}</span>}
              {entry.Attempt > 0 && <span className="dim"> {t`Attempt ${entry.Attempt}`}</span>}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
