import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { quoteIfNeeded } from '../../../src/core/search/parser.ts';
import type { Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { isAdministrator, seesAll } from '../api/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { OptionList, useOptions } from '../parts/options.tsx';
import { choose, LANGUAGES } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import { type Ranked, rank } from './ranking.ts';

/** A command of the palette. */
interface Command extends Ranked {
  readonly key: string;
  /** The group that is shown beside the label. */
  readonly group: string;
  readonly run: () => void;
}

const MAX_SHOWN = 50;

/** A dialog that finds pages, tasks, definitions and settings by typing. */
export default function Palette({
  who,
  onSignOut,
  onClose,
}: {
  who: Session;
  onSignOut: () => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState('');
  const commands = useCommands(who, onSignOut);
  const typed = useTypedCommands(who, query.trim());
  const found = [...typed.first, ...rank(commands, query), ...typed.last].slice(0, MAX_SHOWN);
  const options = useOptions(
    found.map(({ key, label, group }) => ({ key, label, detail: group })),
    {
      first: 0,
      isOpen: true,
      onClose,
      onChoose(index) {
        onClose();
        found[index]?.run();
      },
    },
  );
  return (
    <Dialog title={t`Commands`} focus={field} onClose={onClose}>
      <div className="palette">
        <input
          ref={field}
          {...options.input}
          type="text"
          value={query}
          aria-label={t`Search or jump to`}
          placeholder={t`Page, task ID, definition or setting`}
          spellCheck={false}
          autoCapitalize="none"
          enterKeyHint="go"
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={options.onKeyDown}
        />
        <OptionList options={options} label={t`Commands`} />
        {found.length === 0 && <p role="status">{t`No command matches.`}</p>}
      </div>
    </Dialog>
  );
}

/** The commands that don't depend on what is typed. */
function useCommands(who: Session, onSignOut: () => void): Command[] {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const { data: definitions = [] } = useQuery(definitionsQuery);
  const page = (href: string, label: string): Command => ({
    key: href,
    label,
    group: t`Page`,
    run: () => navigate(href),
  });
  const setting = (key: string, label: string, keywords: string, run: () => void): Command => ({
    key,
    label,
    keywords,
    group: t`Setting`,
    run,
  });
  return [
    page('/', t`My tasks`),
    page('/?scope=all', t`All tasks`),
    page('/start', t`Start a task`),
    page('/definitions', t`Definitions`),
    page('/schedules', t`Schedules`),
    page('/webhooks', t`Webhooks`),
    page('/notifications', t`Notifications`),
    ...(seesAll(who) ? [page('/operations', t`Operations`)] : []),
    ...(isAdministrator(who) ? [page('/people', t`Users`)] : []),
    page('/settings', t`Settings`),
    { key: '/docs', label: t`API reference`, group: t`Page`, run: () => location.assign('/docs') },
    ...definitions.flatMap(({ Name }): Command[] => [
      {
        key: `start ${Name}`,
        label: t`Start ${Name}`,
        group: t`Definition`,
        run: () => navigate(`/start/${encodeURIComponent(Name)}`),
      },
      {
        key: `definition ${Name}`,
        label: Name,
        group: t`Definition`,
        run: () => navigate(`/definitions/${encodeURIComponent(Name)}`),
      },
      {
        key: `tasks ${Name}`,
        label: t`Tasks of ${Name}`,
        group: t`Definition`,
        run: () => navigate(`/?${new URLSearchParams({ scope: 'all', name: Name })}`),
      },
    ]),
    setting('theme light', t`Theme: ${t`Light`}`, 'theme light', () => choose({ theme: 'light' })),
    setting('theme dark', t`Theme: ${t`Dark`}`, 'theme dark', () => choose({ theme: 'dark' })),
    setting('theme', t`Theme: ${t`Browser default`}`, 'theme browser', () => choose({ theme: '' })),
    setting('relative', t`Relative times`, 'relative times', () => choose({ times: 'relative' })),
    setting('absolute', t`Absolute times`, 'absolute times', () => choose({ times: 'absolute' })),
    ...Object.entries(LANGUAGES).map(([code, name]) =>
      setting(`language ${code}`, t`Language: ${name}`, 'language', () => choose({ language: code })),
    ),
    setting('sign out', t`Sign out`, 'sign out logout', onSignOut),
  ];
}

/** The commands for what is typed: a task by its id in front, and searches at the end. */
function useTypedCommands(
  who: Session,
  query: string,
): { readonly first: readonly Command[]; readonly last: readonly Command[] } {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const [, id] = /^#?(\d{1,9})$/.exec(query) ?? [];
  const search = (key: string, label: string, q: string): Command => ({
    key,
    label,
    group: t`Search`,
    run: () => navigate(`/?${new URLSearchParams({ ...(seesAll(who) ? { scope: 'all' } : {}), q })}`),
  });
  return {
    first:
      id === undefined
        ? []
        : [{ key: 'task', label: t`Task ${id}`, group: t`Task`, run: () => navigate(`/tasks/${id}`) }],
    last:
      query === ''
        ? []
        : [
            search('search', t`Search tasks for ${query}`, query),
            // A user of one tenant sees no other.
            ...(seesAll(who) && who.Tenant === null
              ? [search('tenant', t`Tasks of the tenant ${query}`, `tenant:${quoteIfNeeded(query)}`)]
              : []),
          ],
  };
}
