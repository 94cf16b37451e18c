import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Moment } from '../parts/moment.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import type { Statistics } from './statistics.ts';

/** Failures grouped by cause, the largest groups first; without the names of definitions for one definition. */
export function FailureGroups({
  failures,
  ofOne = false,
}: {
  failures: Statistics['Failures'];
  ofOne?: boolean;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  return (
    <section className="panel">
      <h2>{t`Failures`}</h2>
      {failures.length === 0 && <p className="dim">{t`No failures.`}</p>}
      <ul className="failures">
        {failures.map((group) => (
          <li key={`${group.Name} ${group.LastId}`}>
            <strong>{number(group.Tasks)}</strong>
            <div>
              {!ofOne && <Link href={`/definitions/${encodeURIComponent(group.Name)}`}>{group.Name}</Link>}
              <p>{group.Result}</p>
            </div>
            <span className="dim">
              <Link href={`/tasks/${group.LastId}`}>#{group.LastId}</Link> <Moment at={group.LastAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
