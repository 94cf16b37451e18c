import type { Carrier } from '@batchline/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api, type Call, get } from '../api/call.ts';
import type { Session } from '../api/carriers.ts';
import { useNames } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Check, Field, readNames } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';
import { useTexts } from '../texts.tsx';

type Secret = Carrier<'Application'> & Partial<Carrier<'Token'>>;
type Created = Partial<Carrier<'CreatedToken'> & Carrier<'CreatedApplication'>>;
type Scope = Carrier<'Token'>['Scopes'][number];

/** The properties of a new token or application. */
interface NewSecret {
  readonly Name: string;
  readonly Scopes: Scope[];
  readonly Definitions?: string[];
  readonly ExpiresInDays?: number;
}

const SCOPES = ['read', 'write', 'admin', 'worker'] as const satisfies readonly Scope[];

interface Calls {
  readonly list: (signal: AbortSignal) => Call<Secret[]>;
  readonly create: (body: NewSecret) => Call<Created>;
  readonly remove: (id: number) => Call<undefined>;
}

const CALLS = {
  Tokens: {
    list: (signal) => api.GET('/api/v1/Tokens', { signal }) as Call<Secret[]>,
    create: (body) => api.POST('/api/v1/Tokens', { body }) as Call<Created>,
    remove: (id) => api.DELETE('/api/v1/Tokens/{id}', { params: at(id) }),
  },
  Applications: {
    list: (signal) => api.GET('/api/v1/Applications', { signal }) as Call<Secret[]>,
    create: ({ Name, Scopes }) =>
      api.POST('/api/v1/Applications', { body: { Name, Scopes } }) as Call<Created>,
    remove: (id) => api.DELETE('/api/v1/Applications/{id}', { params: at(id) }),
  },
} as const satisfies Readonly<Record<string, Calls>>;

/** Tokens or applications. The secret of a new one is shown once. */
export function Secrets({ kind, who }: { kind: keyof typeof CALLS; who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const nameOf = useNames(who);
  const calls: Calls = CALLS[kind];
  const isToken = kind === 'Tokens';
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string>();
  const list = useQuery({ queryKey: [kind], queryFn: ({ signal }) => get(calls.list(signal)) });
  const change = <Data,>(call: Call<Data>) =>
    answer(call).finally(() => queries.invalidateQueries({ queryKey: [kind] }));
  const create = async (form: FormData): Promise<void> => {
    const days = String(form.get('ExpiresInDays') ?? '');
    const definitions = readNames(String(form.get('Definitions') ?? ''));
    const { data } = await change(
      calls.create({
        Name: String(form.get('Name')),
        Scopes: SCOPES.filter((scope) => form.getAll('Scopes').includes(scope)),
        ...(definitions.length === 0 ? {} : { Definitions: definitions }),
        ...(days === '' ? {} : { ExpiresInDays: Number(days) }),
      }),
    );
    setSecret(data.Token ?? data.AppToken);
  };
  const columns: readonly Column<Secret>[] = [
    { title: t`Name`, cell: ({ Name }) => Name },
    { title: t`Scopes`, cell: ({ Scopes }) => Scopes.join(', ') },
    ...(isToken
      ? [
          { title: t`Definitions`, cell: ({ Definitions }: Secret) => Definitions?.join(', ') || '–' },
          { title: t`Owner`, cell: ({ AssociateId }: Secret) => nameOf(AssociateId ?? 0) },
        ]
      : []),
    { title: t`Created`, cell: ({ Created }) => <Moment at={Created} /> },
    ...(isToken
      ? [
          { title: t`Expires`, cell: ({ Expires }: Secret) => <Moment at={Expires} /> },
          { title: t`Last used`, cell: ({ LastUsed }: Secret) => <Moment at={LastUsed} /> },
        ]
      : []),
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: ({ Id, Name }) => (
        <ConfirmButton
          action={t`Delete`}
          label={t`Delete ${Name}`}
          title={t`Delete ${Name}?`}
          text={
            isToken
              ? t`Programs that sign in with this token lose access at once.`
              : t`Requests with this application’s token are refused from now on.`
          }
          run={() => change(calls.remove(Id))}
        />
      ),
    },
  ];
  const title = isToken ? t`Create token` : t`Create application`;
  return (
    <>
      <p>
        <button type="button" className="primary" onClick={() => setCreating(true)}>
          {title}
        </button>
      </p>
      <Problem error={list.error} />
      {secret !== undefined && <ShownOnce secret={secret} />}
      <DataTable
        label={isToken ? t`Tokens` : t`Applications`}
        columns={columns}
        rows={list.data}
        keyOf={({ Id }) => Id}
        empty={isToken ? t`No tokens yet.` : t`No applications yet.`}
      />
      {isCreating && (
        <FormDialog title={title} submit={t`Create`} save={create} onClose={() => setCreating(false)}>
          <Field name="Name" label={t`Name`}>
            {(props) => <input {...props} required maxLength={200} autoComplete="off" />}
          </Field>
          <fieldset className="checks">
            <legend>{t`Scopes`}</legend>
            {SCOPES.map((scope) => (
              <Check
                key={scope}
                name="Scopes"
                value={scope}
                label={scope}
                defaultChecked={scope === 'read' || scope === 'write'}
              />
            ))}
          </fieldset>
          {isToken && (
            <>
              <Field
                name="Definitions"
                label={t`Definitions`}
                hint={t`Names separated by commas. Only for tokens with the scope worker.`}
              >
                {(props) => <input {...props} autoComplete="off" />}
              </Field>
              <Field
                name="ExpiresInDays"
                label={t`Expires in days`}
                hint={t`Leave empty for a token that never expires.`}
              >
                {(props) => <input {...props} type="number" min={1} />}
              </Field>
            </>
          )}
        </FormDialog>
      )}
    </>
  );
}
