import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../api/carriers.ts';
import { seesAll } from '../api/session.ts';
import { statisticsQuery } from '../api/statistics.ts';
import { PeriodChoice, usePeriod } from '../operations/period.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import '../styles/operations.css';
import { DefinitionPage } from './definition-page.tsx';
import { DefinitionTable } from './definition-table.tsx';

/** The definitions, or with a name the page of one. */
export default function DefinitionsPage({
  who,
  name,
}: {
  who: Session;
  name: string | undefined;
}): ReactNode {
  return name === undefined ? <Definitions who={who} /> : <DefinitionPage key={name} name={name} who={who} />;
}

function Definitions({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const isOperator = seesAll(who);
  const { data, error } = useQuery({ ...statisticsQuery(usePeriod()), enabled: isOperator });
  useTitle(t`Definitions`);
  return (
    <section>
      <div className="page-title">
        <h1>{t`Definitions`}</h1>
        {isOperator && <PeriodChoice />}
      </div>
      <Problem error={error} />
      {isOperator && data === undefined ? (
        error === null && <Skeleton lines={9} />
      ) : (
        <DefinitionTable statistics={data} who={who} />
      )}
    </section>
  );
}
