import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api } from '../api/call.ts';
import { subscriptionsQuery } from '../api/subscriptions.ts';
import { Check, Field, readNames } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import { type Channel, type Occasion, useNotificationNames } from './texts.ts';

/**
 * Creates a subscription in the language and time zone of the page.
 *
 * @param task limits it to one task
 */
export function NewSubscription({
  task,
  onCreated,
  onClose,
}: {
  task: number | undefined;
  /** Receives the secret of a webhook, which the server returns only now. */
  onCreated: (secret: string | undefined) => void;
  onClose: () => void;
}): ReactNode {
  const { t, language } = useTexts();
  const { channels, occasions } = useNotificationNames();
  const queries = useQueryClient();
  const [channel, setChannel] = useState<Channel>('Email');
  const create = async (form: FormData): Promise<void> => {
    const body = {
      Channel: channel,
      Target: String(form.get('Target')).trim(),
      On: form.getAll('On').map((each) => String(each) as Occasion),
      Language: language,
      TimeZone: timeZone(),
      ...(task === undefined
        ? { Own: form.get('Own') === 'true', Names: readNames(String(form.get('Names'))) }
        : { TaskId: task }),
    };
    const { data } = await answer(api.POST('/api/v1/Subscriptions', { body }));
    onCreated(data.Secret);
    await queries.invalidateQueries({ queryKey: subscriptionsQuery.queryKey });
  };
  return (
    <FormDialog
      title={task === undefined ? t`New notification` : t`Notify me about task ${task}`}
      submit={t`Create`}
      save={create}
      onClose={onClose}
    >
      <Field name="Channel" label={t`Channel`}>
        {(props) => (
          <select {...props} value={channel} onChange={(event) => setChannel(event.target.value as Channel)}>
            {Object.entries(channels).map(([each, name]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        name="Target"
        label={t`Address`}
        hint={channel === 'Webhook' ? t`Receives signed JSON, as webhooks do.` : ''}
      >
        {(props) =>
          channel === 'Email' ? (
            <input {...props} required maxLength={254} autoComplete="email" inputMode="email" />
          ) : (
            <input {...props} type="url" required maxLength={2000} placeholder="https://" />
          )
        }
      </Field>
      <fieldset className="checks">
        <legend>{t`When`}</legend>
        {Object.entries(occasions).map(([each, name]) => (
          <Check
            key={each}
            name="On"
            value={each}
            label={name}
            defaultChecked={each === (task === undefined ? 'Failed' : 'Ended')}
          />
        ))}
      </fieldset>
      {task === undefined && (
        <>
          <Field name="Own" label={t`Tasks`}>
            {(props) => (
              <select {...props}>
                <option value="true">{t`My tasks`}</option>
                <option value="false">{t`All tasks that I may see`}</option>
              </select>
            )}
          </Field>
          <Field
            name="Names"
            label={t`Definitions`}
            hint={t`Names separated by commas. Leave empty for all.`}
          >
            {(props) => <input {...props} />}
          </Field>
        </>
      )}
      <p className="hint">{t`At most one message a minute is sent; it lists everything since the last one.`}</p>
    </FormDialog>
  );
}
