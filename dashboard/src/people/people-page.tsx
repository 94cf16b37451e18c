import { type ReactNode, useState } from 'react';
import type { Session } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { Secrets } from './secrets.tsx';
import { Users } from './users.tsx';

/** Who may sign in, and by what tokens and applications, which are of no tenant; for administrators. */
export default function PeoplePage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const [shown, setShown] = useState<'users' | 'tokens' | 'applications'>('users');
  useTitle(t`People`);
  const names = { users: t`People`, tokens: t`Tokens`, applications: t`Applications` } as const;
  const kinds = (['users', 'tokens', 'applications'] as const).filter(
    (kind) => kind !== 'applications' || who.Tenant === null,
  );
  return (
    <section>
      <div className="tasks-title">
        <h1>{names[shown]}</h1>
        <fieldset className="choice">
          <legend className="hidden">{t`Show`}</legend>
          {kinds.map((each) => (
            <button key={each} type="button" aria-pressed={each === shown} onClick={() => setShown(each)}>
              {names[each]}
            </button>
          ))}
        </fieldset>
      </div>
      {shown === 'users' && <Users who={who} />}
      {shown === 'tokens' && <Secrets key="tokens" kind="Tokens" secret="Token" />}
      {shown === 'applications' && <Secrets key="applications" kind="Applications" secret="AppToken" />}
    </section>
  );
}
