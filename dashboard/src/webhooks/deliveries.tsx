import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { api, make } from '../api/call.ts';
import type { Delivery } from '../api/carriers.ts';
import { deliveriesQuery, webhooksQuery } from '../api/webhooks.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';

/** The deliveries of a webhook with their results. */
export function Deliveries({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
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
  const columns: readonly Column<Delivery>[] = [
    { title: t`Event`, cell: ({ EventId }) => (EventId === null ? t`Test` : `#${EventId}`) },
    {
      title: t`State`,
      cell: ({ State, Error: reason }) => (
        <>
          <span className={`state delivery-${State}`}>{states[State]}</span>
          {reason !== '' && <p className="field-error">{reason}</p>}
        </>
      ),
    },
    { title: t`Attempts`, kind: 'number', cell: ({ Tries }) => number(Tries) },
    { title: t`HTTP status`, kind: 'number', cell: ({ Status }) => Status ?? '–' },
    { title: t`Time`, cell: ({ Ended, Created }) => <Moment at={Ended ?? Created} /> },
    { title: t`Next attempt`, cell: ({ NextTry }) => <Moment at={NextTry} /> },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: ({ Id, State }) =>
        State !== 'Waiting' &&
        webhook?.Active === true && (
          <button
            type="button"
            aria-label={t`Send again: ${Id}`}
            onClick={() =>
              send.mutate(() =>
                api.POST('/api/v1/Webhooks/{id}/Deliveries/{delivery}/Redeliver', {
                  params: { path: { id, delivery: Id } },
                }),
              )
            }
          >
            {t`Send again`}
          </button>
        ),
    },
  ];
  return (
    <section>
      <p>
        <Link href="/webhooks">{t`Webhooks`}</Link>
      </p>
      <div className="page-title">
        <h1>{t`Deliveries`}</h1>
        <button
          type="button"
          className="primary"
          disabled={webhook?.Active !== true}
          onClick={() =>
            send.mutate(() => api.POST('/api/v1/Webhooks/{id}/Test', { params: { path: { id } } }))
          }
        >
          {t`Send test event`}
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
      {list.error === null && (
        <DataTable
          label={t`Deliveries`}
          columns={columns}
          rows={list.data}
          keyOf={({ Id }) => Id}
          empty={t`No deliveries yet.`}
        />
      )}
    </section>
  );
}
