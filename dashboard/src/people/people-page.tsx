import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Session } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import { Changes } from './changes.tsx';
import { Secrets } from './secrets.tsx';
import { Users } from './users.tsx';

/** Users, tokens, applications and changes, for administrators. Applications belong to no tenant. */
export default function PeoplePage({ tab, who }: { tab: string | undefined; who: Session }): ReactNode {
  const { t } = useTexts();
  const names = {
    users: t`Users`,
    tokens: t`Tokens`,
    applications: t`Applications`,
    changes: t`Changes`,
  } as const;
  const kinds = (['users', 'tokens', 'applications', 'changes'] as const).filter(
    (kind) => kind !== 'applications' || who.Tenant === null,
  );
  const shown = kinds.find((kind) => kind === tab) ?? 'users';
  useTitle(names[shown]);
  return (
    <section>
      <div className="page-title">
        <h1>{names[shown]}</h1>
        <nav className="choice" aria-label={t`Show`}>
          {kinds.map((each) => (
            <Link
              key={each}
              href={each === 'users' ? '/people' : `/people/${each}`}
              className="button"
              aria-current={each === shown ? 'page' : undefined}
            >
              {names[each]}
            </Link>
          ))}
        </nav>
      </div>
      {shown === 'users' && <Users who={who} />}
      {shown === 'tokens' && <Secrets key="tokens" kind="Tokens" who={who} />}
      {shown === 'applications' && <Secrets key="applications" kind="Applications" who={who} />}
      {shown === 'changes' && <Changes />}
    </section>
  );
}
