import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { answer, api } from './api/call.ts';
import type { Session } from './api/carriers.ts';
import { signIn } from './api/session.ts';
import { at } from './api/tasks.ts';
import { NewPasswordFields, readNewPassword } from './parts/new-password.tsx';
import { Problem } from './parts/problem.tsx';
import { useTexts } from './texts.tsx';

/** Changes the user's password. That ends all their sessions, so this one signs in again. */
export function OwnPassword({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const [differs, setDiffers] = useState(false);
  const change = useMutation({
    mutationFn: async (password: string) => {
      const body = { Password: password };
      await answer(api.PATCH('/api/v1/Users/{id}', { params: at(who.AssociateId), body }));
      await signIn(who.Login, password);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const password = readNewPassword(form);
    setDiffers(password === undefined);
    if (password !== undefined) change.mutate(password, { onSuccess: () => form.reset() });
  };
  return (
    <form onSubmit={submit}>
      <h2>{t`Password`}</h2>
      <input type="hidden" name="login" autoComplete="username" value={who.Login} />
      <NewPasswordFields differs={differs} />
      <Problem error={change.error} />
      {change.isSuccess && (
        <p role="status">{t`Password changed. Your other sessions have been signed out.`}</p>
      )}
      <button type="submit" disabled={change.isPending}>{t`Change password`}</button>
    </form>
  );
}
