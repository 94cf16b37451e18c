import type { Carrier } from '@batchline/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { STORED_STATES } from '../../../src/domain/task-state.ts';
import { answer, api } from '../api/call.ts';
import { webhooksQuery } from '../api/webhooks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';

/** Makes a webhook; tells its secret, which the server does so only now. */
export function NewWebhook({
  onMade,
  onClose,
}: {
  onMade: (secret: string) => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const stateName = useStateName();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: (body: Carrier<'NewWebhook'>) => answer(api.POST('/api/v1/Webhooks', { body })),
    onSuccess: ({ data }) => {
      onMade(data.Secret);
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const names = String(form.get('names')).split(',');
    make.mutate({
      Url: String(form.get('url')).trim(),
      Names: names.map((name) => name.trim()).filter(Boolean),
      States: form.getAll('state').map(String),
      Own: form.has('own'),
    });
  };
  return (
    <Dialog title={t`Make one`} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={t`Address`}>
          {(props) => (
            <input {...props} name="url" type="url" required maxLength={2000} placeholder="https://" />
          )}
        </Field>
        <Field
          label={t`Definitions`}
          hint={t`Names with commas between them; without one it is told of all.`}
        >
          {(props) => <input {...props} name="names" />}
        </Field>
        <fieldset className="webhook-states">
          <legend>{t`State`}</legend>
          {STORED_STATES.map((state) => (
            <label key={state}>
              <input type="checkbox" name="state" value={state} /> {stateName(state)}
            </label>
          ))}
          <p className="hint">{t`Without one it is told of all.`}</p>
        </fieldset>
        <label>
          <input type="checkbox" name="own" /> {t`Own tasks only`}
        </label>
        <Problem error={make.error} />
        <p className="buttons">
          <button type="submit" className="primary" disabled={make.isPending}>{t`Save`}</button>
          <button type="button" onClick={onClose}>{t`Cancel`}</button>
        </p>
      </form>
    </Dialog>
  );
}
