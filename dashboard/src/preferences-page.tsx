import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Session } from './api/carriers.ts';
import { OwnPassword } from './own-password.tsx';
import { Field } from './parts/field.tsx';
import { type Preferences as Choices, choose, LANGUAGES, preferences } from './preferences.ts';
import { useStore } from './store.ts';
import { useTexts } from './texts.tsx';
import { useTitle } from './title.ts';

/** Language, time zone and theme of this browser, and the user's password. */
export function Preferences({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const { language, timeZone, theme } = useStore(preferences);
  const byBrowser = t`Browser default`;
  useTitle(t`Settings`);
  return (
    <section className="narrow">
      <h1>{t`Settings`}</h1>
      <p>{t`Saved in this browser only.`}</p>
      <Field name="language" label={t`Language`}>
        {(props) => (
          <select {...props} value={language} onChange={(event) => choose({ language: event.target.value })}>
            <option value="">{byBrowser}</option>
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field name="timeZone" label={t`Time zone`}>
        {(props) => (
          <select {...props} value={timeZone} onChange={(event) => choose({ timeZone: event.target.value })}>
            <option value="">{byBrowser}</option>
            {['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        )}
      </Field>
      <Field name="theme" label={t`Theme`}>
        {(props) => (
          <select
            {...props}
            value={theme}
            onChange={(event) => choose({ theme: event.target.value as Choices['theme'] })}
          >
            <option value="">{byBrowser}</option>
            <option value="light">{t`Light`}</option>
            <option value="dark">{t`Dark`}</option>
          </select>
        )}
      </Field>
      <h2>{t`Notifications`}</h2>
      <p>{t`Receive a message when your tasks end or fail.`}</p>
      <p>
        <Link href="/notifications" className="button">{t`Set up notifications`}</Link>
      </p>
      <OwnPassword who={who} />
    </section>
  );
}
