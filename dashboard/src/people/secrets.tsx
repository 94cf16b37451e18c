import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, get } from '../api/call.ts';
import { Problem } from '../parts/problem.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

interface Secret {
  readonly Id: number;
  readonly Name: string;
  readonly Scopes: readonly string[] | null;
  readonly Created: string;
  readonly Expires?: string | null;
}

/** What signs in or is known without a person: tokens, or applications. A new secret is shown once. */
export function Secrets({
  kind,
  secret,
}: {
  kind: 'Tokens' | 'Applications';
  secret: 'Token' | 'AppToken';
}): ReactNode {
  const { t } = useTexts();
  const { moment } = useTimes();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: [kind],
    queryFn: ({ signal }) => get<Secret[]>(`/${kind}`, signal),
  });
  const change = useMutation({
    mutationFn: ({ method, path, body }: { method: string; path: string; body?: object }) =>
      call<Readonly<Record<string, unknown>> | undefined>(method, `/${kind}${path}`, { body }),
    onSettled: () => queries.invalidateQueries({ queryKey: [kind] }),
  });
  const made = change.data?.data?.[secret];
  return (
    <section className="panel">
      <form
        className="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get('name'));
          change.mutate({ method: 'POST', path: '', body: { Name: name } });
          event.currentTarget.reset();
        }}
      >
        <input name="name" aria-label={t`Name`} placeholder={t`Name`} required maxLength={200} />{' '}
        <button type="submit" className="primary">{t`Make one`}</button>
      </form>
      <Problem error={list.error ?? change.error} />
      {typeof made === 'string' && (
        <p role="status">
          {t`This is the only time that it is shown:`} <code>{made}</code>
        </p>
      )}
      <ScrollBox>
        <table>
          <thead>
            <tr>
              <th scope="col">{t`Name`}</th>
              <th scope="col">{t`May`}</th>
              <th scope="col">{t`Made`}</th>
              <th scope="col">{t`Ends`}</th>
              <th scope="col">
                <span className="hidden">{t`Remove`}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.data?.map((each) => {
              const ends = readTime(each.Expires ?? '');
              return (
                <tr key={each.Id}>
                  <th scope="row">{each.Name}</th>
                  <td>{each.Scopes?.join(', ') ?? '–'}</td>
                  <td>{moment(readTime(each.Created) ?? 0)}</td>
                  <td>{ends === undefined ? '–' : moment(ends)}</td>
                  <td>
                    <button
                      type="button"
                      className="danger"
                      aria-label={t`Remove ${each.Name}`}
                      onClick={() => change.mutate({ method: 'DELETE', path: `/${each.Id}` })}
                    >
                      {t`Remove`}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}
