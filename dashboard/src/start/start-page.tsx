import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { definitionsQuery } from '../api/definitions.ts';
import { readTask } from '../api/tasks.ts';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { StartForm } from './start-form.tsx';

/** Starts a task of a definition. */
export default function StartPage({ name }: { name: string | undefined }): ReactNode {
  const { t } = useTexts();
  const [query] = useSearchParams();
  const like = Number(query.get('like')) || undefined;
  const definitions = useQuery(definitionsQuery);
  const model = useQuery({
    queryKey: ['model', like],
    queryFn: async ({ signal }) => (await readTask(like ?? 0, signal)).data,
    enabled: like !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useTitle(t`Start a task`);
  const chosen = definitions.data?.find((definition) => definition.Name === name);
  const isReady = chosen !== undefined && (like === undefined || !model.isPending);
  return (
    <section className="start">
      <h1>{t`Start a task`}</h1>
      <Problem error={definitions.error ?? model.error} />
      {isReady && (
        <p className="other-definitions">
          <Link href="/start">{t`All definitions`}</Link>
        </p>
      )}
      <div className="start-columns">
        <nav aria-label={t`Definitions`} className="definitions">
          {definitions.data?.map((definition) => (
            <Link
              key={definition.Name}
              href={`/start/${encodeURIComponent(definition.Name)}`}
              aria-current={definition === chosen ? 'true' : undefined}
            >
              <strong>{definition.Name}</strong>
              <span>{definition.Description}</span>
            </Link>
          ))}
        </nav>
        {isReady && <StartForm key={`${chosen.Name} ${like}`} definition={chosen} model={model.data} />}
        {name !== undefined && definitions.isSuccess && chosen === undefined && (
          <p className="empty">{t`Definition ${name} not found.`}</p>
        )}
        {name === undefined && <p className="empty">{t`Choose a definition.`}</p>}
      </div>
    </section>
  );
}
