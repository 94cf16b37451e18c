import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { STORED_STATES } from '../../../src/core/task-state.ts';
import { answer, api } from '../api/call.ts';
import { webhooksQuery } from '../api/webhooks.ts';
import { Check, Field, readNames } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';

/** Creates a webhook, and passes on its secret, which the server returns only now. */
export function NewWebhook({
  onCreated,
  onClose,
}: {
  onCreated: (secret: string) => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const stateName = useStateName();
  const queries = useQueryClient();
  const create = async (form: FormData): Promise<void> => {
    const body = {
      Url: String(form.get('Url')).trim(),
      Names: readNames(String(form.get('Names'))),
      States: form.getAll('States').map(String),
      Own: form.has('Own'),
    };
    const { data } = await answer(api.POST('/api/v1/Webhooks', { body }));
    onCreated(data.Secret);
    await queries.invalidateQueries({ queryKey: webhooksQuery.queryKey });
  };
  return (
    <FormDialog title={t`New webhook`} submit={t`Create`} save={create} onClose={onClose}>
      <Field name="Url" label={t`Address`}>
        {(props) => <input {...props} type="url" required maxLength={2000} placeholder="https://" />}
      </Field>
      <Field name="Names" label={t`Definitions`} hint={t`Names separated by commas. Leave empty for all.`}>
        {(props) => <input {...props} />}
      </Field>
      <fieldset className="checks">
        <legend>{t`States`}</legend>
        {STORED_STATES.map((state) => (
          <Check key={state} name="States" value={state} label={stateName(state)} />
        ))}
        <p className="hint">{t`Check none for all.`}</p>
      </fieldset>
      <Check name="Own" label={t`Own tasks only`} />
    </FormDialog>
  );
}
