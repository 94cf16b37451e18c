import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api } from '../api/call.ts';
import type { Session, User } from '../api/carriers.ts';
import { usersQuery } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Check, Field } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Moment } from '../parts/moment.tsx';
import { Problem } from '../parts/problem.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';
import { type Tell, useTexts } from '../texts.tsx';

const ROLES = ['administrator', 'viewer'] as const;

/** The associates, with dialogs to add one and to change roles, password and access. */
export function Users({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const users = useQuery(usersQuery);
  const [edited, setEdited] = useState<User | 'new'>();
  const link = useMutation({
    mutationFn: ({ AssociateId }: User) =>
      answer(api.POST('/api/v1/Users/{id}/PasswordLink', { params: at(AssociateId) })),
  });
  const columns: readonly Column<User>[] = [
    { title: t`Login`, cell: ({ Login }) => Login },
    { title: t`Name`, cell: ({ Name }) => Name },
    { title: t`Roles`, cell: ({ Roles }) => Roles.join(', ') || '–' },
    { title: t`Access`, cell: ({ Disabled }) => (Disabled ? <strong>{t`Disabled`}</strong> : t`Enabled`) },
    {
      title: t`Last sign-in`,
      cell: ({ LastSignIn, LastSignInBy }) => (
        <>
          <Moment at={LastSignIn} />
          {LastSignInBy && <small> {meansOf(LastSignInBy, t)}</small>}
        </>
      ),
    },
    {
      title: t`Actions`,
      kind: 'buttons',
      cell: (user) => (
        <>
          <button type="button" onClick={() => setEdited(user)} aria-label={t`Edit ${user.Login}`}>
            {t`Edit`}
          </button>
          {!user.Disabled && (
            <button
              type="button"
              disabled={link.isPending}
              onClick={() => link.mutate(user)}
              aria-label={t`Password link for ${user.Login}`}
            >
              {t`Password link`}
            </button>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      <p>
        <button type="button" className="primary" onClick={() => setEdited('new')}>{t`Add user`}</button>
      </p>
      <Problem error={users.error ?? link.error} />
      {link.data && (
        <ShownOnce
          key={link.data.data.Url}
          secret={link.data.data.Url}
          text={t`Send ${link.variables.Login} this link to choose a new password. It works once, within a day, and is not shown again:`}
        />
      )}
      <DataTable
        label={t`Users`}
        columns={columns}
        rows={users.data}
        keyOf={({ AssociateId }) => AssociateId}
        empty={t`No users yet.`}
      />
      {edited !== undefined && (
        <UserDialog
          user={edited === 'new' ? undefined : edited}
          isOwn={edited !== 'new' && edited.AssociateId === who.AssociateId}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

function meansOf(means: NonNullable<User['LastSignInBy']>, t: Tell): string {
  if (means === 'password') return t`with the password`;
  return means === 'oidc' ? t`with the company’s account` : t`by a program`;
}

/** Adds a user, or changes one. */
function UserDialog({
  user,
  isOwn,
  onClose,
}: {
  user: User | undefined;
  isOwn: boolean;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const save = (form: FormData): Promise<unknown> => {
    const password = String(form.get('Password'));
    const Roles = ROLES.filter((role) => form.has(role));
    const call =
      user === undefined
        ? api.POST('/api/v1/Users', {
            body: {
              Login: String(form.get('Login')),
              Name: String(form.get('Name')),
              Password: password,
              Roles,
            },
          })
        : api.PATCH('/api/v1/Users/{id}', {
            params: at(user.AssociateId),
            body: {
              Roles,
              ...(password === '' ? {} : { Password: password }),
              // Users can't disable themselves.
              ...(isOwn ? {} : { Disabled: form.has('Disabled') }),
            },
          });
    return answer(call).finally(() => queries.invalidateQueries({ queryKey: usersQuery.queryKey }));
  };
  return (
    <FormDialog
      title={user === undefined ? t`Add user` : t`Edit ${user.Login}`}
      save={save}
      onClose={onClose}
    >
      {user === undefined && (
        <>
          <Field name="Login" label={t`Login`}>
            {(props) => <input {...props} required maxLength={100} autoComplete="off" />}
          </Field>
          <Field name="Name" label={t`Name`}>
            {(props) => <input {...props} required maxLength={200} autoComplete="off" />}
          </Field>
        </>
      )}
      <Field
        name="Password"
        label={t`Password`}
        hint={
          user === undefined ? '' : t`Leave empty to keep the password. A new one ends the user’s sessions.`
        }
      >
        {(props) => (
          <input {...props} type="password" autoComplete="new-password" required={user === undefined} />
        )}
      </Field>
      <fieldset className="checks">
        <legend>{t`Roles`}</legend>
        {ROLES.map((role) => (
          <Check
            key={role}
            name={role}
            label={role === 'viewer' ? t`viewer: sees all tasks` : t`administrator: full access`}
            defaultChecked={user?.Roles.includes(role) ?? false}
          />
        ))}
      </fieldset>
      {user !== undefined && !isOwn && (
        <Check name="Disabled" label={t`Disabled`} defaultChecked={user.Disabled} />
      )}
    </FormDialog>
  );
}
