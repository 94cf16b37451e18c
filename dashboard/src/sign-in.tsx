import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { signIn } from './api/session.ts';
import { Field } from './parts/field.tsx';
import { Problem } from './parts/problem.tsx';
import { useTexts } from './texts.tsx';

/** The sign-in form, with a notice after an expired session. */
export function SignIn({ ended }: { ended: boolean }): ReactNode {
  const { t } = useTexts();
  const login = useRef<HTMLInputElement>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) => signIn(name, password),
  });
  useEffect(() => login.current?.focus(), []);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({ name: String(form.get('login')), password: String(form.get('password')) });
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>Batchline</h1>
        {ended && <p role="status">{t`Your session has expired. Sign in to continue where you left off.`}</p>}
        <Field name="login" label={t`Login`}>
          {(props) => <input {...props} ref={login} autoComplete="username" required />}
        </Field>
        <Field name="password" label={t`Password`}>
          {(props) => <input {...props} type="password" autoComplete="current-password" required />}
        </Field>
        <Problem error={error} />
        <button type="submit" className="primary" disabled={isPending}>
          {t`Sign in`}
        </button>
      </form>
    </main>
  );
}
