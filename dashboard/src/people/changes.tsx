import type { Carrier } from '@batchline/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { api, get } from '../api/call.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Field } from '../parts/field.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { type Tell, useTexts } from '../texts.tsx';

type Entry = Carrier<'AdministrationEntry'>;
type Kind = Entry['Kind'];

const KINDS = [
  'User',
  'Token',
  'Application',
  'Webhook',
  'Subscription',
  'Schedule',
  'Definition',
] as const satisfies Kind[];
const PAGE_SIZE = 100;

/** The changes of users, tokens, applications, webhooks, schedules and definitions, latest first. */
export function Changes(): ReactNode {
  const { t } = useTexts();
  const [kind, setKind] = useState<Kind>();
  const list = useInfiniteQuery({
    queryKey: ['administration', kind],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam: Before }) => {
      const query = { Top: PAGE_SIZE, ...(kind && { Kind: kind }), ...(Before && { Before }) };
      return get(api.GET('/api/v1/Administration/Audit', { signal, params: { query } }));
    },
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.Id),
  });
  const columns: readonly Column<Entry>[] = [
    { title: t`Time`, cell: ({ At }) => <Moment at={At} /> },
    { title: t`By`, cell: (entry) => actorOf(entry, t) },
    { title: t`Action`, cell: ({ Action }) => textOfAction(Action, t) },
    { title: t`Object`, cell: (entry) => <ObjectName entry={entry} /> },
    {
      title: t`Changes`,
      cell: ({ Changes }) =>
        Changes.length === 0
          ? '–'
          : Changes.map((change) => <div key={change.Property}>{textOf(change, t)}</div>),
    },
  ];
  return (
    <>
      <div className="kind-filter">
        <Field name="Kind" label={t`Show`}>
          {(props) => (
            <select
              {...props}
              value={kind ?? ''}
              onChange={({ target }) => setKind(KINDS.find((k) => k === target.value))}
            >
              <option value="">{t`All changes`}</option>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {textOfKind(each, t)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Problem error={list.error} />
      <DataTable
        label={t`Changes`}
        columns={columns}
        rows={list.data?.pages.flat()}
        keyOf={({ Id }) => Id}
        empty={t`No changes yet.`}
      />
      {list.hasNextPage && (
        <p>
          <button type="button" disabled={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {t`Show more`}
          </button>
        </p>
      )}
    </>
  );
}

/** The name of the object, with a link to its page if it has one. */
function ObjectName({ entry }: { entry: Entry }): ReactNode {
  const { t } = useTexts();
  const { Kind, ObjectId, ObjectName, Action } = entry;
  const name = Kind === 'Webhook' ? `${ObjectName} #${ObjectId}` : ObjectName;
  const isLinked = Kind === 'Webhook' && Action !== 'Delete';
  return (
    <>
      {textOfKind(Kind, t)} {isLinked ? <Link href={`/webhooks/${ObjectId}`}>{name}</Link> : <b>{name}</b>}
    </>
  );
}

function actorOf({ Actor, Means }: Entry, t: Tell): string {
  switch (Means) {
    case 'Server':
      return t`the server`;
    case 'CommandLine':
      return t`an operator on the server`;
    case 'Token':
      return t`${Actor}, by a token`;
    case 'Link':
      return t`${Actor}, by a password link`;
    default:
      return Actor;
  }
}

function textOfAction(action: Entry['Action'], t: Tell): string {
  return {
    Create: t`created`,
    Change: t`changed`,
    Delete: t`deleted`,
    Pause: t`paused`,
    Resume: t`resumed`,
    Limits: t`limits changed`,
    Retention: t`retention changed`,
    PasswordLink: t`password link created`,
  }[action];
}

function textOfKind(kind: Kind, t: Tell): string {
  return {
    User: t`User`,
    Token: t`Token`,
    Application: t`Application`,
    Webhook: t`Webhook`,
    Subscription: t`Subscription`,
    Schedule: t`Schedule`,
    Definition: t`Definition`,
  }[kind];
}

/** The names of properties are those of the API. */
function textOf({ Property, From, To }: Entry['Changes'][number], t: Tell): string {
  if (From === null && To === null) return t`${Property} changed`;
  if (From === null) return `${Property}: ${To || '–'}`;
  return `${Property}: ${From || '–'} → ${To || '–'}`;
}
