import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, make } from '../api/call.ts';
import type { Session, User } from '../api/carriers.ts';
import { usersQuery } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useTexts } from '../texts.tsx';

const ROLES = ['administrator', 'viewer'] as const;

/** The associates: new ones, their roles, passwords and access. */
export function Users({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const users = useQuery(usersQuery);
  const [edited, setEdited] = useState<User | 'new'>();
  const change = useMutation({
    mutationFn: make<User>,
    onSuccess: () => setEdited(undefined),
    onSettled: () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
  const open = (user: User | 'new'): void => {
    change.reset();
    setEdited(user);
  };
  const save = (form: FormData): void => {
    const password = String(form.get('password') ?? '');
    const common = {
      ...(password === '' ? {} : { Password: password }),
      Roles: ROLES.filter((role) => form.has(role)),
    };
    if (edited === 'new') {
      const body = {
        ...common,
        Password: password,
        Login: String(form.get('login')),
        Name: String(form.get('name')),
      };
      change.mutate(() => api.POST('/api/v1/Users', { body }));
    } else if (edited !== undefined) {
      const own = edited.AssociateId === who.AssociateId;
      const body = { ...common, ...(own ? {} : { Disabled: form.has('disabled') }) };
      change.mutate(() => api.PATCH('/api/v1/Users/{id}', { params: at(edited.AssociateId), body }));
    }
  };
  return (
    <section className="panel">
      <Problem error={users.error} />
      <ScrollBox>
        <table>
          <thead>
            <tr>
              <th scope="col">{t`Login`}</th>
              <th scope="col">{t`Name`}</th>
              <th scope="col">{t`Roles`}</th>
              <th scope="col">{t`Access`}</th>
              <th scope="col">
                <button
                  type="button"
                  className="primary"
                  onClick={() => open('new')}
                >{t`Add a person`}</button>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.data?.map((user) => (
              <tr key={user.AssociateId}>
                <th scope="row">{user.Login}</th>
                <td>{user.Name}</td>
                <td>{user.Roles.join(', ')}</td>
                <td>{user.Disabled ? t`Shut out` : t`May sign in`}</td>
                <td>
                  <button type="button" onClick={() => open(user)} aria-label={t`Change ${user.Login}`}>
                    {t`Change`}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {edited !== undefined && (
        <Dialog
          title={edited === 'new' ? t`Add a person` : t`Change ${edited.Login}`}
          onClose={() => setEdited(undefined)}
        >
          <form
            onSubmit={(event) => {
              event.preventDefault();
              save(new FormData(event.currentTarget));
            }}
          >
            {edited === 'new' && (
              <>
                <Field label={t`Login`}>
                  {(props) => <input {...props} name="login" required maxLength={100} autoComplete="off" />}
                </Field>
                <Field label={t`Name`}>
                  {(props) => <input {...props} name="name" required maxLength={200} autoComplete="off" />}
                </Field>
              </>
            )}
            <Field
              label={t`Password`}
              hint={edited === 'new' ? '' : t`Empty leaves it as it is; a new one ends their sessions.`}
            >
              {(props) => (
                <input
                  {...props}
                  type="password"
                  name="password"
                  autoComplete="new-password"
                  required={edited === 'new'}
                />
              )}
            </Field>
            {ROLES.map((role) => (
              <Check
                key={role}
                name={role}
                label={role === 'viewer' ? t`Sees every task (viewer)` : t`May do everything (administrator)`}
                on={edited !== 'new' && edited.Roles.includes(role)}
              />
            ))}
            {edited !== 'new' && edited.AssociateId !== who.AssociateId && (
              <Check name="disabled" label={t`Shut out`} on={edited.Disabled} />
            )}
            <Problem error={change.error} />
            <p className="buttons">
              <button type="submit" className="primary" disabled={change.isPending}>{t`Save`}</button>
              <button type="button" onClick={() => setEdited(undefined)}>{t`Cancel`}</button>
            </p>
          </form>
        </Dialog>
      )}
    </section>
  );
}

function Check({ name, label, on }: { name: string; label: string; on: boolean }): ReactNode {
  return (
    <p>
      <label>
        <input type="checkbox" name={name} defaultChecked={on} /> {label}
      </label>
    </p>
  );
}
