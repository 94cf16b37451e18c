import type { ReactNode } from 'react';
import { useTexts } from '../texts.tsx';
import { Field } from './field.tsx';

/** The fields of a new password and its repetition. */
export function NewPasswordFields({ differs }: { differs: boolean }): ReactNode {
  const { t } = useTexts();
  return (
    <>
      <Field name="new" label={t`New password`}>
        {(props) => <input {...props} type="password" autoComplete="new-password" required />}
      </Field>
      <Field
        name="repeated"
        label={t`Confirm new password`}
        error={differs ? t`The passwords don’t match.` : ''}
      >
        {(props) => <input {...props} type="password" autoComplete="new-password" required />}
      </Field>
    </>
  );
}

/** Returns the password of these fields; `undefined` if the repetition differs. */
export function readNewPassword(form: HTMLFormElement): string | undefined {
  const [password, repeated] = ['new', 'repeated'].map((name) => String(new FormData(form).get(name)));
  return password === repeated ? password : undefined;
}
