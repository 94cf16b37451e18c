import { useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { reachable, signedOutCalls } from './api/call.ts';
import type { Session } from './api/carriers.ts';
import { findSession, isAdministrator, seesAll, session, signOut } from './api/session.ts';
import { onTaskChanges } from './live.ts';
import { Skeleton } from './parts/skeleton.tsx';
import { choose, preferences } from './preferences.ts';
import { Preferences } from './preferences-page.tsx';
import { SignIn } from './sign-in.tsx';
import { useStore } from './store.ts';
import { TaskPage } from './task/task-page.tsx';
import { TasksPage } from './tasks/tasks-page.tsx';
import { useTexts } from './texts.tsx';
import { useTitle } from './title.ts';

const DefinitionsPage = lazy(() => import('./definitions/definitions-page.tsx'));
const StartPage = lazy(() => import('./start/start-page.tsx'));
const SchedulesPage = lazy(() => import('./schedules/schedules-page.tsx'));
const OperationsPage = lazy(() => import('./operations/operations-page.tsx'));
const WebhooksPage = lazy(() => import('./webhooks/webhooks-page.tsx'));
const NotificationsPage = lazy(() => import('./notifications/notifications-page.tsx'));
const Palette = lazy(() => import('./palette/palette.tsx'));
const SetPassword = lazy(() => import('./set-password.tsx'));
const PeoplePage = lazy(() => import('./people/people-page.tsx'));

/** The sign-in form, or the page of the address. */
export function App(): ReactNode {
  const [path] = useLocation();
  // The page of a link, for people who can't sign in.
  if (path !== '/password') return <SignedInApp />;
  return (
    <Suspense fallback={null}>
      <SetPassword />
    </Suspense>
  );
}

function SignedInApp(): ReactNode {
  const who = useStore(session);
  const refused = useStore(signedOutCalls);
  const isReachable = useStore(reachable);
  const queries = useQueryClient();
  // The user of the page below the sign-in form. It stays until they return or someone else signs in.
  const [owner, setOwner] = useState<Session>();

  useEffect(() => {
    const find = (): void => void findSession().catch(() => undefined); // The banner shows it; the next tick retries.
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
      {who === undefined && owner === undefined && (
        <main>
          <Skeleton />
        </main>
      )}
      {who === null && <SignIn ended={owner !== undefined} />}
      {owner !== undefined && (who === null || isOwner) && (
        <div key={owner.AssociateId} className="frame" inert={!isOwner} hidden={!isOwner}>
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
      {t`The server is not responding. Retrying every second; this page may be out of date.`}
    </p>
  );
}

function Frame({ who, onSignOut }: { who: Session; onSignOut: () => void }): ReactNode {
  const { t } = useTexts();
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [path] = useLocation();
  // Open on the page where it was opened; a link closes it.
  const [menuOf, setMenuOf] = useState<string>();
  const isMenuOpen = menuOf === path;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      setPaletteOpen((isOpen) => !isOpen);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <>
      <a className="skip" href="#content">{t`Skip to content`}</a>
      <header className="top">
        <Link href="/" className="brand">
          Batchline
        </Link>
        <button
          type="button"
          className="quiet menu-button"
          aria-expanded={isMenuOpen}
          aria-controls="pages"
          onClick={() => setMenuOf(isMenuOpen ? undefined : path)}
        >
          {t`Menu`}
        </button>
        <nav id="pages" aria-label={t`Pages`} data-open={isMenuOpen || undefined}>
          <NavLink href="/">{t`Tasks`}</NavLink>
          <NavLink href="/start">{t`Start a task`}</NavLink>
          <NavLink href="/definitions">{t`Definitions`}</NavLink>
          <NavLink href="/schedules">{t`Schedules`}</NavLink>
          <NavLink href="/notifications">{t`Notifications`}</NavLink>
          <NavLink href="/webhooks">{t`Webhooks`}</NavLink>
          {seesAll(who) && <NavLink href="/operations">{t`Operations`}</NavLink>}
          {isAdministrator(who) && <NavLink href="/people">{t`Users`}</NavLink>}
          {isMenuOpen && <NavLink href="/settings">{t`Settings`}</NavLink>}
        </nav>
        <div className="me">
          <button
            type="button"
            className="quiet palette-button"
            aria-keyshortcuts="Control+K Meta+K"
            title={t`Search or jump to`}
            onClick={() => setPaletteOpen(true)}
          >
            <span className="palette-label">{t`Commands`}</span> <kbd>Ctrl K</kbd>
          </button>
          <Link href="/settings" title={t`Settings`}>
            {who.Name || who.Login}
          </Link>
          <button type="button" className="quiet" onClick={onSignOut}>
            {t`Sign out`}
          </button>
        </div>
      </header>
      <Content>
        <Suspense fallback={<Skeleton />}>
          <Switch>
            <Route path="/">
              <TasksPage who={who} />
            </Route>
            <Route path="/tasks/:id">{({ id }) => <TaskPage key={id} id={Number(id)} who={who} />}</Route>
            <Route path="/start/:name?">{({ name }) => <StartPage name={name} />}</Route>
            <Route path="/definitions/:name?">
              {({ name }) => <DefinitionsPage name={name} who={who} />}
            </Route>
            <Route path="/schedules">
              <SchedulesPage who={who} />
            </Route>
            <Route path="/operations">
              <OperationsPage who={who} />
            </Route>
            <Route path="/webhooks/:id?">
              {({ id }) => <WebhooksPage id={id === undefined ? undefined : Number(id)} who={who} />}
            </Route>
            <Route path="/notifications/:id?">
              {({ id }) => <NotificationsPage id={id === undefined ? undefined : Number(id)} who={who} />}
            </Route>
            <Route path="/people/:tab?">{({ tab }) => <PeoplePage tab={tab} who={who} />}</Route>
            <Route path="/settings">
              <Preferences who={who} />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </Content>
      <Footer />
      {isPaletteOpen && (
        <Suspense>
          <Palette who={who} onSignOut={onSignOut} onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Shown for addresses without a page. */
function NotFound(): ReactNode {
  const { t } = useTexts();
  const [path] = useLocation();
  useTitle(t`Page not found`);
  return (
    <section className="empty">
      <h1>{t`Page not found`}</h1>
      <p>{t`There is no page at ${path}.`}</p>
      <div className="buttons">
        <Link href="/" className="button">
          {t`Go to the tasks`}
        </Link>
      </div>
    </section>
  );
}

/** The version, the API reference, the documents, and the switch between absolute and relative times. */
function Footer(): ReactNode {
  const { t } = useTexts();
  const isRelative = useStore(preferences).times === 'relative';
  return (
    <footer className="bottom">
      <span>Batchline {__VERSION__}</span>
      <a href="/docs">{t`API reference`}</a>
      <a href="/manual">{t`Documentation`}</a>
      <button
        type="button"
        className="quiet"
        aria-pressed={isRelative}
        onClick={() => choose({ times: isRelative ? 'absolute' : 'relative' })}
      >
        {t`Relative times`}
      </button>
    </footer>
  );
}

/** The page of the address. Navigation moves the focus to its start. */
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
