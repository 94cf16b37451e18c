import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { answer, api } from './api/call.ts';
import { signIn } from './api/session.ts';
import { NewPasswordFields, readNewPassword } from './parts/new-password.tsx';
import { Problem } from './parts/problem.tsx';
import { useTexts } from './texts.tsx';
import { useTitle } from './title.ts';

/** Sets a password by an administrator's link, and signs in with it. The secret of the link is in the fragment. */
export default function SetPassword(): ReactNode {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const [differs, setDiffers] = useState(false);
  useTitle(t`Choose a new password`);
  const change = useMutation({
    mutationFn: async (password: string) => {
      const body = { Link: location.hash.slice(1), Password: password };
      const { data } = await answer(api.POST('/api/v1/SignIn/Password', { body }));
      await signIn(data.Login, password);
    },
    onSuccess: () => navigate('/', { replace: true }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = readNewPassword(event.currentTarget);
    setDiffers(password === undefined);
    if (password !== undefined) change.mutate(password);
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>{t`Choose a new password`}</h1>
        <NewPasswordFields differs={differs} />
        <Problem error={change.error} />
        <button type="submit" className="primary" disabled={change.isPending}>
          {t`Set password and sign in`}
        </button>
      </form>
    </main>
  );
}
