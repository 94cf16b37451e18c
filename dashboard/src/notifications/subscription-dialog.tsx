import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api } from '../api/call.ts';
import type { Session, Subscription } from '../api/carriers.ts';
import { seesAll } from '../api/session.ts';
import { subscriptionsQuery } from '../api/subscriptions.ts';
import { at } from '../api/tasks.ts';
import { Check, Field, readNames } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import { type Channel, type Occasion, useNotificationNames } from './texts.ts';

const OF_TASKS: readonly string[] = ['Ended', 'Failed', 'Late'];

/**
 * Creates a subscription in the language and time zone of the page, or changes one.
 *
 * @param task limits a new one to one task
 */
export function SubscriptionDialog({
  who,
  subscription,
  task = subscription?.TaskId ?? undefined,
  onCreated,
  onClose,
}: {
  who: Session;
  /** The one to change; a new one without. */
  subscription: Subscription | undefined;
  task?: number | undefined;
  /** Receives the secret of a webhook, which the server returns only now. */
  onCreated: (secret: string | undefined) => void;
  onClose: () => void;
}): ReactNode {
  const { t, language } = useTexts();
  const { channels, occasions } = useNotificationNames();
  const queries = useQueryClient();
  const [channel, setChannel] = useState<Channel>(subscription?.Channel ?? 'Email');
  const hints: Readonly<Record<Channel, string>> = {
    Email: '',
    Slack: t`The URL of an incoming webhook of the channel. It is kept secret.`,
    Teams: t`The URL of a workflow that posts to the channel when it receives a webhook request. It is kept secret.`,
    Webhook: t`Receives signed JSON, as webhooks do.`,
  };
  const first: readonly Occasion[] = subscription?.On ?? [task === undefined ? 'Failed' : 'Ended'];
  const [chosen, setChosen] = useState<readonly string[]>(first);
  const offered = Object.entries(occasions).filter(
    ([each]) => (task === undefined || OF_TASKS.includes(each)) && (each !== 'FailureRate' || seesAll(who)),
  );
  // The server does not return the whole URL of a chat; an empty field keeps it.
  const isMasked = subscription !== undefined && (channel === 'Slack' || channel === 'Teams');
  const save = async (form: FormData): Promise<void> => {
    const target = String(form.get('Target')).trim();
    const settings = {
      On: form.getAll('On').map((each) => String(each) as Occasion),
      ...(form.has('LateMinutes') ? { LateSeconds: Math.round(60 * Number(form.get('LateMinutes'))) } : {}),
      ...(form.has('FailurePercent')
        ? { FailurePercent: form.get('FailurePercent') ? Number(form.get('FailurePercent')) : null }
        : {}),
      ...(task === undefined
        ? { Own: form.get('Own') === 'true', Names: readNames(String(form.get('Names'))) }
        : {}),
    };
    if (subscription === undefined) {
      const ofPage = {
        Language: language,
        TimeZone: timeZone(),
        ...(task === undefined ? {} : { TaskId: task }),
      };
      const body = { Channel: channel, Target: target, ...settings, ...ofPage };
      const { data } = await answer(api.POST('/api/v1/Subscriptions', { body }));
      onCreated(data.Secret);
    } else {
      const body = { ...settings, ...(isMasked && target === '' ? {} : { Target: target }) };
      await answer(api.PATCH('/api/v1/Subscriptions/{id}', { params: at(subscription.Id), body }));
    }
    await queries.invalidateQueries({ queryKey: subscriptionsQuery.queryKey });
  };
  const title = task === undefined ? t`New notification` : t`Notify me about task ${task}`;
  return (
    <FormDialog
      title={subscription === undefined ? title : t`Edit ${subscription.Target}`}
      submit={subscription === undefined ? t`Create` : t`Save`}
      save={save}
      onClose={onClose}
    >
      <Field name="Channel" label={t`Channel`}>
        {(props) => (
          <select
            {...props}
            value={channel}
            disabled={subscription !== undefined}
            onChange={(event) => setChannel(event.target.value as Channel)}
          >
            {Object.entries(channels).map(([each, name]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field name="Target" label={t`Address`} hint={hints[channel]}>
        {(props) =>
          channel === 'Email' ? (
            <input
              {...props}
              required
              maxLength={254}
              autoComplete="email"
              inputMode="email"
              defaultValue={subscription?.Target}
            />
          ) : (
            <input
              {...props}
              type="url"
              required={!isMasked}
              maxLength={2000}
              placeholder={isMasked ? subscription.Target : 'https://'}
              defaultValue={isMasked ? undefined : subscription?.Target}
            />
          )
        }
      </Field>
      <fieldset
        className="checks"
        onChange={({ currentTarget: { form } }) =>
          setChosen(form === null ? [] : new FormData(form).getAll('On').map(String))
        }
      >
        <legend>{t`When`}</legend>
        {offered.map(([each, name]) => (
          <Check
            key={each}
            name="On"
            value={each}
            label={name}
            defaultChecked={(first as readonly string[]).includes(each)}
          />
        ))}
      </fieldset>
      {chosen.includes('Late') && (
        <Field name="LateMinutes" label={t`Late after minutes of running or waiting`}>
          {(props) => (
            <input
              {...props}
              type="number"
              required
              min={1}
              max={525_600}
              step="any"
              defaultValue={(subscription?.LateSeconds ?? 3600) / 60}
            />
          )}
        </Field>
      )}
      {chosen.includes('FailureRate') && (
        <Field
          name="FailurePercent"
          label={t`Failure rate in percent`}
          hint={t`Within an hour. Leave empty to compare it with the rate of the last seven days.`}
        >
          {(props) => (
            <input
              {...props}
              type="number"
              min={1}
              max={100}
              defaultValue={subscription?.FailurePercent ?? ''}
            />
          )}
        </Field>
      )}
      {task === undefined && (
        <>
          <Field name="Own" label={t`Tasks`}>
            {(props) => (
              <select {...props} defaultValue={String(subscription?.Own ?? true)}>
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
            {(props) => <input {...props} defaultValue={subscription?.Names.join(', ')} />}
          </Field>
        </>
      )}
      <p className="hint">{t`At most one message a minute is sent; it lists everything since the last one.`}</p>
    </FormDialog>
  );
}
