import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { hasSignedOut, signIn, signInFailure, signInMethodsQuery } from './api/session.ts';
import { Field } from './parts/field.tsx';
import { Problem } from './parts/problem.tsx';
import { useStore } from './store.ts';
import { type Tell, useTexts } from './texts.tsx';

/** The sign-in form, with a notice after an expired session. */
export function SignIn({ ended }: { ended: boolean }): ReactNode {
  const { t } = useTexts();
  const login = useRef<HTMLInputElement>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) => signIn(name, password),
  });
  // The form waits for the methods, so that the button does not move it.
  const { data: methods, isPending: isAsking } = useQuery(signInMethodsQuery);
  const failure = useStore(signInFailure);
  useEffect(() => {
    if (!isAsking) login.current?.focus();
  }, [isAsking]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({ name: String(form.get('login')), password: String(form.get('password')) });
  };
  const start = methods?.Oidc ? startOf(methods.Oidc.Start) : undefined;
  // Not after a sign-out, which would sign in again, nor after a failure, which would hide its reason.
  const redirects =
    start !== undefined && methods?.Oidc?.Redirect === true && failure === undefined && !hasSignedOut.get();
  useEffect(() => {
    if (redirects) location.replace(start);
  }, [redirects, start]);
  if (isAsking || redirects) return <main className="sign-in" />;
  const takesPassword = methods?.Password !== false;
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>Batchline</h1>
        {ended && <p role="status">{t`Your session has expired. Sign in to continue where you left off.`}</p>}
        {takesPassword && (
          <>
            <Field name="login" label={t`Login`}>
              {(props) => <input {...props} ref={login} autoComplete="username" required />}
            </Field>
            <Field name="password" label={t`Password`}>
              {(props) => <input {...props} type="password" autoComplete="current-password" required />}
            </Field>
          </>
        )}
        <Problem error={error} />
        {failure !== undefined && error === null && (
          <p className="problem" role="alert">
            {textOf(failure, t)}
          </p>
        )}
        {takesPassword && (
          <button type="submit" className="primary" disabled={isPending}>
            {t`Sign in`}
          </button>
        )}
        {methods?.Oidc && (
          <>
            {takesPassword && <p className="or">{t`or`}</p>}
            <a className={takesPassword ? 'button' : 'button primary'} href={start}>
              {t`Sign in with ${methods.Oidc.Name}`}
            </a>
          </>
        )}
        {methods?.Oidc === null && !takesPassword && (
          <p>{t`This server accepts tokens only. Ask an administrator.`}</p>
        )}
      </form>
    </main>
  );
}

/** The address that begins the sign-in at the provider and returns to this page. */
function startOf(path: string): string {
  return `${path}?return=${encodeURIComponent(location.pathname + location.search)}`;
}

/** The text for a failed sign-in at the provider. */
function textOf(reason: string, t: Tell): string {
  switch (reason) {
    case 'denied':
      return t`You cancelled the sign-in.`;
    case 'expired':
      return t`The sign-in took too long, or was continued in another window. Try again.`;
    case 'unknown':
      return t`Your account has no access to this server. Ask an administrator.`;
    case 'unavailable':
      return t`The sign-in service is not responding. Try again in a moment.`;
    case 'throttled':
      return t`There were too many failed sign-ins. Try again in a minute.`;
    default:
      return t`The sign-in failed. Try again. If it fails again, ask an administrator; the server’s log has the reason.`;
  }
}
