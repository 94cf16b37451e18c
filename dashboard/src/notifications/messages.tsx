import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { answer, api } from '../api/call.ts';
import type { SubscriptionDelivery } from '../api/carriers.ts';
import { messagesQuery, subscriptionsQuery } from '../api/subscriptions.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { useDeliveryColumns } from '../parts/delivery-columns.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { TestButton, TestOutcome, useTestMessage } from './test-message.tsx';
import { useNotificationNames } from './texts.ts';

/** Number of tasks that a message lists here. */
const MAX_TASKS = 5;

/** The messages of a subscription with their outcomes. */
export function Messages({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const subscriptions = useQuery(subscriptionsQuery);
  const subscription = subscriptions.data?.find((each) => each.Id === id);
  const list = useQuery(messagesQuery(id));
  const test = useTestMessage();
  const queries = useQueryClient();
  const repeat = useMutation({
    mutationFn: (delivery: number) =>
      answer(
        api.POST('/api/v1/Subscriptions/{id}/Deliveries/{delivery}/Redeliver', {
          params: { path: { id, delivery } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: subscriptionsQuery.queryKey }),
  });
  const { state, attempts, time, next } = useDeliveryColumns();
  const columns: readonly Column<SubscriptionDelivery>[] = [
    {
      title: t`Content`,
      cell: (delivery) => <Content delivery={delivery} />,
    },
    state,
    attempts,
    time,
    next,
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: ({ Id, State }) =>
        State !== 'Waiting' &&
        subscription?.Active === true && (
          <button type="button" aria-label={t`Send again: ${Id}`} onClick={() => repeat.mutate(Id)}>
            {t`Send again`}
          </button>
        ),
    },
  ];
  return (
    <section>
      <p>
        <Link href="/notifications">{t`Notifications`}</Link>
      </p>
      <div className="page-title">
        <h1>{t`Messages`}</h1>
        {subscription !== undefined && <TestButton subscription={subscription} test={test} />}
      </div>
      {subscription !== undefined && <p className="dim webhook-address">{subscription.Target}</p>}
      <p>
        <TestOutcome id={id} test={test} />
      </p>
      {subscription !== undefined && subscription.DisabledReason !== '' && (
        <p className="field-error">{subscription.DisabledReason}</p>
      )}
      <Problem error={list.error ?? repeat.error} />
      {list.error === null && (
        <DataTable
          label={t`Messages`}
          columns={columns}
          rows={list.data}
          keyOf={({ Id }) => Id}
          empty={t`No messages yet.`}
        />
      )}
    </section>
  );
}

/** The occasions of a message, and links to its tasks. */
function Content({
  delivery: { Occasions, TaskIds: ids, More: more },
}: {
  delivery: SubscriptionDelivery;
}): ReactNode {
  const { t } = useTexts();
  const { occasions } = useNotificationNames();
  const rest = Math.max(0, ids.length - MAX_TASKS) + more;
  if (Occasions.length === 0) return t`Test`;
  return (
    <>
      {ids.slice(0, MAX_TASKS).map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link href={`/tasks/${id}`}>#{id}</Link>
        </span>
      ))}
      {rest > 0 && <span className="dim"> {t`and ${rest} more`}</span>}
      <p className="dim">{Occasions.map((each) => occasions[each]).join(', ')}</p>
    </>
  );
}
