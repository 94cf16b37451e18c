import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Session, Worker } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { workersQuery } from '../api/workers.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';

/** Maximum number of tasks in a row. */
const SHOWN = 3;

/** The live servers and workers, and what they run; with a definition only those that run it. */
export function WorkerTable({
  definition,
  who,
}: {
  definition?: string | undefined;
  who: Session;
}): ReactNode {
  const { t } = useTexts();
  const names = useNames(who);
  const workers = useQuery(workersQuery(definition));
  const kinds: Readonly<Record<NonNullable<Worker['Kind']>, string>> = {
    Server: t`Server`,
    Worker: t`Worker`,
    Remote: t`Remote worker`,
  };
  const columns: readonly Column<Worker>[] = [
    {
      title: t`Name`,
      sort: ({ Name }) => Name,
      cell: ({ Name, Kind, AssociateId }) => (
        <>
          {Name}
          <p className="dim">
            {Kind === null ? t`Earlier release` : kinds[Kind]}
            {AssociateId !== null && ` · ${names(AssociateId)}`}
          </p>
        </>
      ),
    },
    {
      title: t`Status`,
      cell: ({ Status }) => (
        <span className={`state worker-${Status}`}>{Status === 'Running' ? t`Live` : t`Draining`}</span>
      ),
    },
    {
      title: t`Slots`,
      kind: 'number',
      sort: ({ Running }) => Running,
      cell: ({ Running, Slots }) => <SlotMeter running={Running} slots={Slots} />,
    },
    { title: t`Runs`, cell: (worker) => <Runs worker={worker} /> },
    ...(definition === undefined
      ? [{ title: t`Definitions`, cell: (worker: Worker) => <Names names={worker.Definitions} /> }]
      : []),
    { title: t`Version`, sort: ({ Version }) => Version ?? '', cell: ({ Version }) => Version ?? '–' },
    {
      title: t`Live since`,
      sort: ({ Started }) => Started ?? '',
      cell: ({ Started }) => <Moment at={Started} />,
    },
    { title: t`Last heartbeat`, cell: ({ LastSeen }) => <Moment at={LastSeen} /> },
  ];
  return (
    <section>
      <h2>{t`Workers`}</h2>
      <Problem error={workers.error} />
      {workers.error === null && (
        <DataTable
          label={t`Workers`}
          columns={columns}
          rows={workers.data}
          keyOf={({ Id }) => Id}
          empty={t`No live workers.`}
          limit={10}
        />
      )}
    </section>
  );
}

/** Used and total slots, with a meter if the total is known. */
function SlotMeter({ running, slots }: { running: number; slots: number | null }): ReactNode {
  const { number } = useTimes();
  const text = slots === null ? number(running) : `${number(running)} / ${number(slots)}`;
  return (
    <span className="slots">
      {slots !== null && slots > 0 && (
        <progress value={Math.min(running, slots)} max={slots} aria-hidden="true" />
      )}
      {text}
    </span>
  );
}

function Runs({ worker: { Tasks, Running } }: { worker: Worker }): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  if (Running === 0) return '–';
  const shown = Tasks.slice(0, SHOWN);
  return (
    <ul className="plain">
      {shown.map(({ Id, Name }) => (
        <li key={Id}>
          <Link href={`/tasks/${Id}`}>
            {Name} #{Id}
          </Link>
        </li>
      ))}
      {Running > shown.length && <li className="dim">{t`And ${number(Running - shown.length)} more`}</li>}
    </ul>
  );
}

function Names({ names }: { names: readonly string[] }): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  if (names.length === 0) return <span className="dim">{t`Runs no tasks`}</span>;
  return (
    <details>
      <summary>{names.length === 1 ? t`1 definition` : t`${number(names.length)} definitions`}</summary>
      <ul className="plain">
        {names.map((name) => (
          <li key={name}>
            <Link href={`/definitions/${encodeURIComponent(name)}`}>{name}</Link>
          </li>
        ))}
      </ul>
    </details>
  );
}
