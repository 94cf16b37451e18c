import { useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { reachable, signedOutCalls } from './api/call.ts';
import type { Session } from './api/carriers.ts';
import { findSession, isAdministrator, seesAll, session, signOut } from './api/session.ts';
import { onTaskChanges } from './live.ts';
import { Preferences } from './preferences-page.tsx';
import { SignIn } from './sign-in.tsx';
import { useStore } from './store.ts';
import { TaskPage } from './task/task-page.tsx';
import { TasksPage } from './tasks/tasks-page.tsx';
import { useTexts } from './texts.tsx';

const StartPage = lazy(() => import('./start/start-page.tsx'));
const SchedulesPage = lazy(() => import('./schedules/schedules-page.tsx'));
const OperationsPage = lazy(() => import('./operations/operations-page.tsx'));
const WebhooksPage = lazy(() => import('./webhooks/webhooks-page.tsx'));
const PeoplePage = lazy(() => import('./people/people-page.tsx'));

/** The page: the sign-in, or what the address names. */
export function App(): ReactNode {
  const who = useStore(session);
  const refused = useStore(signedOutCalls);
  const isReachable = useStore(reachable);
  const queries = useQueryClient();
  // Whom the page beneath the sign-in belongs to. It stays as it is until they are back, or somebody else comes.
  const [owner, setOwner] = useState<Session>();

  useEffect(() => {
    const find = (): void => void findSession().catch(() => undefined); // The banner tells; the next tick tries again.
    if (who === undefined) find();
    return who === undefined ? onTaskChanges(find) : undefined;
  }, [who]);
  useEffect(() => {
    if (refused > 0 && session.get()) session.set(null);
  }, [refused]);
  useEffect(() => {
    if (!who || who.AssociateId === owner?.AssociateId) return;
    queries.clear();
    setOwner(who);
  }, [who, owner, queries]);

  const leave = (): void => {
    signOut().then(
      () => {
        setOwner(undefined);
        queries.clear();
      },
      () => undefined,
    );
  };
  const isOwner = who != null && who.AssociateId === owner?.AssociateId;
  return (
    <>
      {!isReachable && <Unreachable />}
      {who === null && <SignIn ended={owner !== undefined} />}
      {owner !== undefined && (who === null || isOwner) && (
        <div key={owner.AssociateId} inert={!isOwner} hidden={!isOwner}>
          <Frame who={owner} onSignOut={leave} />
        </div>
      )}
    </>
  );
}

function Unreachable(): ReactNode {
  const { t } = useTexts();
  return (
    <p className="banner" role="alert">
      {t`The server does not answer. What you see may be old; it is tried again every second.`}
    </p>
  );
}

function Frame({ who, onSignOut }: { who: Session; onSignOut: () => void }): ReactNode {
  const { t } = useTexts();
  return (
    <>
      <a className="skip" href="#content">{t`To the content`}</a>
      <header className="top">
        <Link href="/" className="brand">
          Batchline
        </Link>
        <nav aria-label={t`Pages`}>
          <NavLink href="/">{t`Tasks`}</NavLink>
          <NavLink href="/start">{t`Start a task`}</NavLink>
          <NavLink href="/schedules">{t`Schedules`}</NavLink>
          <NavLink href="/webhooks">{t`Webhooks`}</NavLink>
          {seesAll(who) && <NavLink href="/operations">{t`Operations`}</NavLink>}
          {isAdministrator(who) && <NavLink href="/people">{t`People`}</NavLink>}
        </nav>
        <div className="me">
          <Link href="/settings" title={t`Language, time zone and colours`}>
            {who.Name || who.Login}
          </Link>
          <button type="button" className="quiet" onClick={onSignOut}>
            {t`Sign out`}
          </button>
        </div>
      </header>
      <Content>
        <Suspense fallback={null}>
          <Switch>
            <Route path="/">
              <TasksPage who={who} />
            </Route>
            <Route path="/tasks/:id">{({ id }) => <TaskPage key={id} id={Number(id)} who={who} />}</Route>
            <Route path="/start/:name?">{({ name }) => <StartPage name={name} />}</Route>
            <Route path="/schedules">
              <SchedulesPage who={who} />
            </Route>
            <Route path="/operations">
              <OperationsPage who={who} />
            </Route>
            <Route path="/webhooks/:id?">
              {({ id }) => <WebhooksPage id={id === undefined ? undefined : Number(id)} who={who} />}
            </Route>
            <Route path="/people">
              <PeoplePage who={who} />
            </Route>
            <Route path="/settings">
              <Preferences who={who} />
            </Route>
            <Route>
              <h1>{t`There is no such page.`}</h1>
            </Route>
          </Switch>
        </Suspense>
      </Content>
    </>
  );
}

/** The part of the page that the address names; whoever comes to another one by keyboard or ear begins at its start. */
function Content({ children }: { children: ReactNode }): ReactNode {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) main.current?.focus();
    shown.current = path;
  }, [path]);
  return (
    <main id="content" ref={main} tabIndex={-1}>
      {children}
    </main>
  );
}

function NavLink({ href, children }: { href: string; children: ReactNode }): ReactNode {
  const [path] = useLocation();
  const isHere = href === '/' ? path === '/' || path.startsWith('/tasks/') : path.startsWith(href);
  return (
    <Link href={href} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
}
