import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { api, make } from '../api/call.ts';
import type { Delivery } from '../api/carriers.ts';
import { deliveriesQuery, webhooksQuery } from '../api/webhooks.ts';
import { Problem } from '../parts/problem.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** What was sent to a webhook, and how it went. */
export function Deliveries({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const { moment, number } = useTimes();
  const queries = useQueryClient();
  const webhooks = useQuery(webhooksQuery);
  const webhook = webhooks.data?.find((each) => each.Id === id);
  const list = useQuery(deliveriesQuery(id));
  const send = useMutation({
    mutationFn: make<Delivery>,
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const states: Readonly<Record<Delivery['State'], string>> = {
    Waiting: t`Waiting`,
    Delivered: t`Delivered`,
    Dead: t`Given up`,
  };
  const at = (text: string | null): string => moment(readTime(text ?? ''));
  return (
    <section>
      <p>
        <Link href="/webhooks">{t`Webhooks`}</Link>
      </p>
      <div className="tasks-title">
        <h1>{t`Deliveries`}</h1>
        <button
          type="button"
          className="primary"
          disabled={webhook?.Active !== true}
          onClick={() =>
            send.mutate(() => api.POST('/api/v1/Webhooks/{id}/Test', { params: { path: { id } } }))
          }
        >
          {t`Send a test`}
        </button>
      </div>
      {webhook !== undefined && (
        <p className="dim webhook-address">
          {webhook.Url}
          {!webhook.Active && <strong> {t`Off`}</strong>}
        </p>
      )}
      {webhook !== undefined && webhook.DisabledReason !== '' && (
        <p className="field-error">{webhook.DisabledReason}</p>
      )}
      <Problem error={list.error ?? send.error} />
      {list.data?.length === 0 && <p className="empty">{t`Nothing has been sent.`}</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <ScrollBox className="panel">
          <table>
            <thead>
              <tr>
                <th scope="col">{t`Event`}</th>
                <th scope="col">{t`State`}</th>
                <th scope="col" className="number">{t`Tries`}</th>
                <th scope="col" className="number">{t`Answer`}</th>
                <th scope="col">{t`When`}</th>
                <th scope="col">{t`Next try`}</th>
                <th scope="col">
                  <span className="hidden">{t`Send again`}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((delivery) => (
                <tr key={delivery.Id}>
                  <th scope="row">{delivery.EventId === null ? t`Test` : `#${delivery.EventId}`}</th>
                  <td>
                    <span className={`state delivery-${delivery.State}`}>{states[delivery.State]}</span>
                    {delivery.Error !== '' && <p className="field-error">{delivery.Error}</p>}
                  </td>
                  <td className="number">{number(delivery.Tries)}</td>
                  <td className="number">{delivery.Status ?? '–'}</td>
                  <td>{at(delivery.Ended ?? delivery.Created)}</td>
                  <td>{at(delivery.NextTry)}</td>
                  <td>
                    {delivery.State !== 'Waiting' && webhook?.Active === true && (
                      <span className="row-buttons">
                        <button
                          type="button"
                          aria-label={t`Send again: ${delivery.Id}`}
                          onClick={() =>
                            send.mutate(() =>
                              api.POST('/api/v1/Webhooks/{id}/Deliveries/{delivery}/Redeliver', {
                                params: { path: { id, delivery: delivery.Id } },
                              }),
                            )
                          }
                        >
                          {t`Send again`}
                        </button>
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </section>
  );
}
