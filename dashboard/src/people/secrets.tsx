import type { Carrier } from '@batchline/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, type Call, get, make } from '../api/call.ts';
import { at } from '../api/tasks.ts';
import { Problem } from '../parts/problem.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

type Secret = Carrier<'Application'> & Partial<Carrier<'Token'>>;
type Created = Partial<Carrier<'CreatedToken'> & Carrier<'CreatedApplication'>>;

interface Calls {
  /** The property that has the secret of a new one. */
  readonly secret: 'Token' | 'AppToken';
  readonly list: (signal: AbortSignal) => Call<Secret[]>;
  readonly create: (name: string) => Call<Created>;
  readonly remove: (id: number) => Call<undefined>;
}

const CALLS = {
  Tokens: {
    secret: 'Token',
    list: (signal) => api.GET('/api/v1/Tokens', { signal }) as Call<Secret[]>,
    create: (Name) => api.POST('/api/v1/Tokens', { body: { Name } }) as Call<Created>,
    remove: (id) => api.DELETE('/api/v1/Tokens/{id}', { params: at(id) }),
  },
  Applications: {
    secret: 'AppToken',
    list: (signal) => api.GET('/api/v1/Applications', { signal }) as Call<Secret[]>,
    create: (Name) => api.POST('/api/v1/Applications', { body: { Name } }) as Call<Created>,
    remove: (id) => api.DELETE('/api/v1/Applications/{id}', { params: at(id) }),
  },
} as const satisfies Readonly<Record<string, Calls>>;

/** What signs in or is known without a person: tokens, or applications. A new secret is shown once. */
export function Secrets({ kind }: { kind: keyof typeof CALLS }): ReactNode {
  const { t } = useTexts();
  const { moment } = useTimes();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: [kind],
    queryFn: ({ signal }) => get<Secret[]>(CALLS[kind].list(signal)),
  });
  const change = useMutation({
    mutationFn: make<Created | undefined>,
    onSettled: () => queries.invalidateQueries({ queryKey: [kind] }),
  });
  const made = change.data?.data?.[CALLS[kind].secret];
  return (
    <section className="panel">
      <form
        className="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get('name'));
          change.mutate(() => CALLS[kind].create(name));
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
                      onClick={() => change.mutate(() => CALLS[kind].remove(each.Id))}
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
