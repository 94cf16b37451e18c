import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { answer, api, type Call } from '../api/call.ts';
import type { Session, Subscription } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { subscriptionsQuery } from '../api/subscriptions.ts';
import { at } from '../api/tasks.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Problem } from '../parts/problem.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { Messages } from './messages.tsx';
import { SubscriptionDialog } from './subscription-dialog.tsx';
import { TestButton, TestOutcome, useTestMessage } from './test-message.tsx';
import { useNotificationNames } from './texts.ts';

/** The subscriptions to notifications, or with an id the messages of one. */
export default function NotificationsPage({ who, id }: { who: Session; id: number | undefined }): ReactNode {
  const { t } = useTexts();
  useTitle(t`Notifications`);
  return id === undefined ? <Subscriptions who={who} /> : <Messages id={id} />;
}

function Subscriptions({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const names = useNames(who);
  const { channels, occasions } = useNotificationNames();
  const [, navigate] = useLocation();
  // A link on the page of a task opens the form for it.
  const task = /^\d+$/.exec(new URLSearchParams(useSearch()).get('task') ?? '')?.[0];
  const [edited, setEdited] = useState<Subscription | 'new'>();
  const [secret, setSecret] = useState<string>();
  const list = useQuery(subscriptionsQuery);
  const test = useTestMessage();
  const run = (call: Call): Promise<unknown> =>
    answer(call).finally(() => queries.invalidateQueries({ queryKey: subscriptionsQuery.queryKey }));
  const toggle = useMutation({
    mutationFn: ({ Id, Active }: Subscription) =>
      run(api.PATCH('/api/v1/Subscriptions/{id}', { params: at(Id), body: { Active: !Active } })),
  });
  const close = (): void => {
    setEdited(undefined);
    if (task !== undefined) navigate('/notifications', { replace: true });
  };
  const columns: readonly Column<Subscription>[] = [
    {
      title: t`Address`,
      cell: ({ Id, Target, Channel }) => (
        <>
          <Link href={`/notifications/${Id}`}>{Target}</Link>
          <p className="dim">{channels[Channel]}</p>
        </>
      ),
    },
    {
      title: t`When`,
      cell: ({ On }) => On.map((each) => <div key={each}>{occasions[each]}</div>),
    },
    { title: t`Tasks`, cell: (one) => <Scope subscription={one} /> },
    { title: t`Owner`, cell: ({ AssociateId }) => names(AssociateId) },
    {
      title: t`Status`,
      cell: ({ Id, Active, DisabledReason }) => (
        <>
          {Active ? t`On` : <strong>{t`Off`}</strong>}
          {DisabledReason !== '' && <p className="field-error">{DisabledReason}</p>}
          <p>
            <TestOutcome id={Id} test={test} />
          </p>
        </>
      ),
    },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: (one) => (
        <>
          <TestButton subscription={one} test={test} />
          <button type="button" aria-label={t`Edit ${one.Target}`} onClick={() => setEdited(one)}>
            {t`Edit`}
          </button>
          <button
            type="button"
            aria-label={one.Active ? t`Turn off: ${one.Target}` : t`Turn on: ${one.Target}`}
            onClick={() => toggle.mutate(one)}
          >
            {one.Active ? t`Turn off` : t`Turn on`}
          </button>
          <ConfirmButton
            action={t`Delete`}
            label={t`Delete ${one.Target}`}
            title={t`Delete this notification?`}
            text={t`${one.Target} receives no more messages, and their log is deleted.`}
            run={() => run(api.DELETE('/api/v1/Subscriptions/{id}', { params: at(one.Id) }))}
          />
        </>
      ),
    },
  ];
  return (
    <section>
      <div className="page-title">
        <h1>{t`Notifications`}</h1>
        <button type="button" className="primary" onClick={() => setEdited('new')}>
          {t`New notification`}
        </button>
      </div>
      <Problem error={list.error ?? toggle.error} />
      {secret !== undefined && <ShownOnce secret={secret} />}
      <DataTable
        label={t`Notifications`}
        columns={columns}
        rows={list.data}
        keyOf={({ Id }) => Id}
        empty={t`No notifications yet. Create one to receive a message when tasks end or fail.`}
      />
      {(edited !== undefined || task !== undefined) && (
        <SubscriptionDialog
          who={who}
          subscription={edited === 'new' ? undefined : edited}
          {...(task === undefined ? {} : { task: Number(task) })}
          onCreated={setSecret}
          onClose={close}
        />
      )}
    </section>
  );
}

/** The tasks that a subscription reports. */
function Scope({ subscription: { Own, Names, TaskId } }: { subscription: Subscription }): ReactNode {
  const { t } = useTexts();
  if (TaskId !== null) return <Link href={`/tasks/${TaskId}`}>{t`Task ${TaskId}`}</Link>;
  return (
    <>
      {Own ? t`Own tasks only` : t`All`}
      {Names.length > 0 && <p className="dim">{Names.join(', ')}</p>}
    </>
  );
}
