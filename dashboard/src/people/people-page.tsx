import { type ReactNode, useState } from 'react';
import type { Session } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { Secrets } from './secrets.tsx';
import { Users } from './users.tsx';

/** Users, tokens and applications, for administrators. Applications belong to no tenant. */
export default function PeoplePage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const [shown, setShown] = useState<'users' | 'tokens' | 'applications'>('users');
  useTitle(t`Users`);
  const names = { users: t`Users`, tokens: t`Tokens`, applications: t`Applications` } as const;
  const kinds = (['users', 'tokens', 'applications'] as const).filter(
    (kind) => kind !== 'applications' || who.Tenant === null,
  );
  return (
    <section>
      <div className="page-title">
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
      {shown === 'tokens' && <Secrets key="tokens" kind="Tokens" who={who} />}
      {shown === 'applications' && <Secrets key="applications" kind="Applications" who={who} />}
    </section>
  );
}
