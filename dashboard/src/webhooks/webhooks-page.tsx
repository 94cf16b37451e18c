import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { answer, api, type Call } from '../api/call.ts';
import type { Session, StoredState, Webhook } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { webhooksQuery } from '../api/webhooks.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Problem } from '../parts/problem.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { Deliveries } from './deliveries.tsx';
import { NewWebhook } from './new-webhook.tsx';

/** The webhooks, or with an id the deliveries of one. */
export default function WebhooksPage({ who, id }: { who: Session; id: number | undefined }): ReactNode {
  const { t } = useTexts();
  useTitle(t`Webhooks`);
  return id === undefined ? <Webhooks who={who} /> : <Deliveries id={id} />;
}

function Webhooks({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const names = useNames(who);
  const stateName = useStateName();
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string>();
  const list = useQuery(webhooksQuery);
  const run = (call: Call): Promise<unknown> =>
    answer(call).finally(() => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }));
  const toggle = useMutation({
    mutationFn: ({ Id, Active }: Webhook) =>
      run(api.PATCH('/api/v1/Webhooks/{id}', { params: at(Id), body: { Active: !Active } })),
  });
  const columns: readonly Column<Webhook>[] = [
    { title: t`Address`, cell: ({ Id, Url }) => <Link href={`/webhooks/${Id}`}>{Url}</Link> },
    { title: t`Definitions`, cell: ({ Names }) => Names.join(', ') || t`All` },
    { title: t`States`, cell: ({ States }) => (States as StoredState[]).map(stateName).join(', ') || t`All` },
    {
      title: t`Owner`,
      cell: ({ AssociateId, Own }) => (
        <>
          {names(AssociateId)}
          {Own && <p className="dim">{t`Own tasks only`}</p>}
        </>
      ),
    },
    {
      title: t`Status`,
      cell: ({ Active, DisabledReason }) => (
        <>
          {Active ? t`On` : <strong>{t`Off`}</strong>}
          {DisabledReason !== '' && <p className="field-error">{DisabledReason}</p>}
        </>
      ),
    },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: (webhook) => (
        <>
          <button
            type="button"
            aria-label={webhook.Active ? t`Turn off: ${webhook.Url}` : t`Turn on: ${webhook.Url}`}
            onClick={() => toggle.mutate(webhook)}
          >
            {webhook.Active ? t`Turn off` : t`Turn on`}
          </button>
          <ConfirmButton
            action={t`Delete`}
            label={t`Delete ${webhook.Url}`}
            title={t`Delete this webhook?`}
            text={t`${webhook.Url} receives no more events, and the log of its deliveries is deleted.`}
            run={() => run(api.DELETE('/api/v1/Webhooks/{id}', { params: at(webhook.Id) }))}
          />
        </>
      ),
    },
  ];
  return (
    <section>
      <div className="page-title">
        <h1>{t`Webhooks`}</h1>
        <button type="button" className="primary" onClick={() => setCreating(true)}>{t`New webhook`}</button>
      </div>
      <Problem error={list.error ?? toggle.error} />
      {secret !== undefined && <ShownOnce secret={secret} />}
      <DataTable
        label={t`Webhooks`}
        columns={columns}
        rows={list.data}
        keyOf={({ Id }) => Id}
        empty={t`No webhooks yet.`}
      />
      {isCreating && <NewWebhook onCreated={setSecret} onClose={() => setCreating(false)} />}
    </section>
  );
}
