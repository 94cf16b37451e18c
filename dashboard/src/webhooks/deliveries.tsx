import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { Link } from 'wouter';
import { api, make } from '../api/call.ts';
import type { Delivery, StoredState } from '../api/carriers.ts';
import { deliveriesQuery, webhooksQuery } from '../api/webhooks.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { useDeliveryColumns } from '../parts/delivery-columns.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';

/** The deliveries of a webhook with their results. */
export function Deliveries({ id }: { id: number }): ReactNode {
  const { t } = useTexts();
  const { duration } = useTimes();
  const [shown, setShown] = useState<Delivery>();
  const queries = useQueryClient();
  const webhooks = useQuery(webhooksQuery);
  const webhook = webhooks.data?.find((each) => each.Id === id);
  const list = useQuery(deliveriesQuery(id));
  const send = useMutation({
    mutationFn: make<Delivery>,
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const { state, attempts, time, next } = useDeliveryColumns();
  const columns: readonly Column<Delivery>[] = [
    { title: t`Event`, cell: ({ EventId }) => (EventId === null ? t`Test` : `#${EventId}`) },
    { title: t`Task`, cell: ({ Body }) => <TaskOf body={readBody(Body)} /> },
    state,
    attempts,
    { title: t`HTTP status`, kind: 'number', cell: ({ Status }) => Status ?? '–' },
    {
      title: t`Duration`,
      kind: 'number',
      cell: ({ DurationSeconds }) => (DurationSeconds === null ? '–' : duration(DurationSeconds * 1000)),
    },
    time,
    next,
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: ({ Id, State, ...delivery }) => (
        <>
          <button
            type="button"
            aria-label={t`Payload: ${Id}`}
            onClick={() => setShown({ Id, State, ...delivery })}
          >
            {t`Payload`}
          </button>
          {State !== 'Waiting' && webhook?.Active === true && (
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
          )}
        </>
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
      {shown !== undefined && <Payload delivery={shown} onClose={() => setShown(undefined)} />}
    </section>
  );
}

/** The properties of an event in the body of a delivery. */
interface EventBody {
  readonly TaskId?: number;
  readonly Name?: string;
  readonly To?: StoredState;
  readonly Stopped?: boolean;
}

/** Parses the body of a delivery, which is JSON that the server wrote. */
function readBody(body: Delivery['Body']): EventBody {
  return JSON.parse(String(body)) as EventBody;
}

/** The task of an event, and its new state. */
function TaskOf({ body: { TaskId, Name, To, Stopped } }: { body: EventBody }): ReactNode {
  if (TaskId === undefined || To === undefined) return '–';
  return (
    <>
      <Link href={`/tasks/${TaskId}`}>
        {Name} #{TaskId}
      </Link>
      <p>
        <StateMark state={To} isStopped={Stopped} />
      </p>
    </>
  );
}

/** The body of a delivery, and the response to it. */
function Payload({ delivery, onClose }: { delivery: Delivery; onClose: () => void }): ReactNode {
  const { t } = useTexts();
  const close = useRef<HTMLButtonElement>(null);
  return (
    <Dialog title={t`Payload`} focus={close} onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard */}
      <pre tabIndex={0}>{JSON.stringify(readBody(delivery.Body), null, 2)}</pre>
      <h2>
        {t`Response`} {delivery.Status ?? ''}
      </h2>
      <p className="text">{delivery.Answer || delivery.Error || '–'}</p>
      <div className="buttons">
        <button ref={close} type="button" onClick={onClose}>{t`Close`}</button>
      </div>
    </Dialog>
  );
}
