import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { api, make } from '../api/call.ts';
import type { Session } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { webhooksQuery } from '../api/webhooks.ts';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import '../styles/webhooks.css';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Deliveries } from './deliveries.tsx';
import { NewWebhook } from './new-webhook.tsx';

/** Who is told of events, and with an id what was sent to one of them. */
export default function WebhooksPage({ who, id }: { who: Session; id: number | undefined }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const names = useNames(who);
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  useTitle(t`Webhooks`);
  const list = useQuery(webhooksQuery);
  const change = useMutation({
    mutationFn: make<unknown>,
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  if (id !== undefined) return <Deliveries id={id} />;
  return (
    <section>
      <div className="tasks-title">
        <h1>{t`Webhooks`}</h1>
        <button type="button" className="primary" onClick={() => setMaking(true)}>{t`Make one`}</button>
      </div>
      <Problem error={list.error ?? change.error} />
      {secret !== undefined && (
        <p role="status">
          {t`This is the only time that it is shown:`} <code>{secret}</code>
        </p>
      )}
      {list.data?.length === 0 && <p className="empty">{t`No address is told of anything.`}</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <ScrollBox className="panel">
          <table>
            <thead>
              <tr>
                <th scope="col">{t`Address`}</th>
                <th scope="col">{t`Definition`}</th>
                <th scope="col">{t`State`}</th>
                <th scope="col">{t`Owner`}</th>
                <th scope="col">{t`Sends`}</th>
                <th scope="col">
                  <span className="hidden">{t`Change`}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((webhook) => (
                <tr key={webhook.Id}>
                  <th scope="row">
                    <Link href={`/webhooks/${webhook.Id}`}>{webhook.Url}</Link>
                  </th>
                  <td>{webhook.Names.join(', ') || t`All`}</td>
                  <td>{webhook.States.join(', ') || t`All`}</td>
                  <td>
                    {names(webhook.AssociateId) ?? `#${webhook.AssociateId}`}
                    {webhook.Own && <p className="dim">{t`Own tasks only`}</p>}
                  </td>
                  <td>
                    {webhook.Active ? t`On` : <strong>{t`Off`}</strong>}
                    {webhook.DisabledReason !== '' && <p className="field-error">{webhook.DisabledReason}</p>}
                  </td>
                  <td>
                    <span className="row-buttons">
                      <button
                        type="button"
                        aria-label={webhook.Active ? t`Turn off: ${webhook.Url}` : t`Turn on: ${webhook.Url}`}
                        onClick={() =>
                          change.mutate(() =>
                            api.PATCH('/api/v1/Webhooks/{id}', {
                              params: at(webhook.Id),
                              body: { Active: !webhook.Active },
                            }),
                          )
                        }
                      >
                        {webhook.Active ? t`Turn off` : t`Turn on`}
                      </button>
                      <button
                        type="button"
                        className="danger"
                        aria-label={t`Remove ${webhook.Url}`}
                        onClick={() =>
                          change.mutate(() => api.DELETE('/api/v1/Webhooks/{id}', { params: at(webhook.Id) }))
                        }
                      >
                        {t`Remove`}
                      </button>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {isMaking && <NewWebhook onMade={setSecret} onClose={() => setMaking(false)} />}
    </section>
  );
}
