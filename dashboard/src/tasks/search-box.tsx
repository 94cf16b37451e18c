import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { parseSearch } from '../../../src/core/search/parser.ts';
import type { QualifierName } from '../../../src/core/search/qualifiers.ts';
import { statesOf } from '../../../src/core/search/qualifiers.ts';
import type { Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { schedulesQuery } from '../api/schedules.ts';
import { isAdministrator, usersQuery } from '../api/session.ts';
import { OptionList, useOptions } from '../parts/options.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';
import { type Known, type Suggestions, suggest } from './suggestions.ts';

/** The debounce of the search, in milliseconds. */
const TYPING = 300;

const NOTHING: Suggestions = { from: 0, to: 0, options: [] };

/**
 * The search field, with suggestions while typing. A search that can't be read is not sent; the field says what is wrong.
 * The key / focuses it.
 */
export function SearchBox({
  search,
  who,
  onSearch,
}: {
  search: string;
  who: Session;
  onSearch: (search: string) => void;
}): ReactNode {
  const { t, say } = useTexts();
  const [text, setText] = useState(search);
  const known = useKnown(who, text);
  const input = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const [suggestions, setSuggestions] = useState<Suggestions>();
  const [problem, setProblem] = useState('');
  /** The place of the caret after a suggestion was inserted. */
  const nextCaret = useRef<number>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caret moves when the text is there
  useLayoutEffect(() => {
    const caret = nextCaret.current;
    nextCaret.current = undefined;
    if (caret !== undefined) input.current?.setSelectionRange(caret, caret);
  }, [text]);
  useEffect(() => setText(search), [search]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the search
  useEffect(() => {
    const timer = setTimeout(() => {
      const found = parseSearch(text).problem;
      setProblem(found === undefined ? '' : say(found.message));
      if (found === undefined && text !== search) onSearch(text);
    }, TYPING);
    return () => clearTimeout(timer);
  }, [text]);
  useSlash(input);
  const read = (): void => {
    const { value, selectionStart, selectionEnd } = input.current ?? {
      value: '',
      selectionStart: 0,
      selectionEnd: 0,
    };
    setSuggestions(selectionStart === selectionEnd ? suggest(value, selectionStart ?? 0, known) : undefined);
  };
  const { from, to, options: found } = suggestions ?? NOTHING;
  const options = useOptions(
    found.map((option) => ({ key: option.text, label: option.text.trim(), detail: option.detail })),
    {
      first: -1,
      isOpen: suggestions !== undefined,
      onClose: () => setSuggestions(undefined),
      onChoose(index) {
        const chosen = found[index];
        if (chosen === undefined) return;
        const completed = `${text.slice(0, from)}${chosen.text}${text.slice(to).trimStart()}`;
        const caret = from + chosen.text.length;
        setText(completed);
        setSuggestions(chosen.text.endsWith(' ') ? undefined : suggest(completed, caret, known));
        nextCaret.current = caret;
      },
    },
  );
  return (
    <div className="search-box">
      <input
        ref={input}
        type="search"
        {...options.input}
        value={text}
        aria-label={t`Search by text, ID or qualifier`}
        aria-invalid={problem === '' ? undefined : true}
        aria-describedby={problem === '' ? undefined : problemId}
        placeholder={t`Search, such as ${'state:failed C4711'}`}
        aria-keyshortcuts="/"
        spellCheck={false}
        autoCapitalize="none"
        onChange={(event) => {
          setText(event.target.value);
          read();
        }}
        onClick={read}
        onBlur={() => setSuggestions(undefined)}
        onKeyDown={(event) => {
          if (options.onKeyDown(event)) return;
          if (event.key === 'ArrowDown') read();
          else if (event.key === 'Enter') {
            setSuggestions(undefined);
            if (parseSearch(text).problem === undefined) onSearch(text);
          }
        }}
        onKeyUp={(event) => {
          if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') read();
        }}
      />
      <OptionList options={options} label={t`Suggestions`} />
      <p className="field-error" id={problemId} role="status">
        {problem}
      </p>
    </div>
  );
}

/** Focuses the field on /, unless it is typed into another one. */
function useSlash(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyped =
        target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
      if (event.key !== '/' || isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [input]);
}

/** The definitions, owners and texts for suggestions. */
function useKnown(who: Session, text: string): Known {
  const { t } = useTexts();
  const stateName = useStateName();
  const { data: definitions = [] } = useQuery(definitionsQuery);
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: isAdministrator(who) });
  const { data: schedules = [] } = useQuery({ ...schedulesQuery, enabled: /\bschedule:/i.test(text) });
  const qualifiers: Readonly<Record<QualifierName, string>> = {
    definition: t`Name of the definition`,
    state: t`State`,
    owner: t`Owner`,
    created: t`When it was created`,
    started: t`When its last run started`,
    updated: t`When it was last changed`,
    due: t`When it is due`,
    waits: t`Why it does not run yet`,
    stopped: t`Whether it was stopped`,
    priority: t`Priority`,
    attempts: t`Number of runs`,
    id: t`ID of the task`,
    parent: t`ID of the parent`,
    schedule: t`ID of the schedule`,
    tenant: t`Tenant`,
  };
  const values: Readonly<Record<string, string>> = {
    'owner me': t`Mine`,
    'owner system': t`System`,
    'waits start': t`due later`,
    'waits retry': t`due for a retry`,
    'waits children': t`waits for its children`,
    'waits paused': t`definition paused`,
    'waits worker': t`no worker`,
    'waits queue': t`in the queue`,
  };
  return {
    definitions: definitions.map(({ Name }) => Name),
    owners: users.filter(({ AssociateId }) => AssociateId !== who.AssociateId).map(({ Login }) => Login),
    schedules: schedules.map(({ Id, Name }) => ({ text: String(Id), detail: Name })),
    describe(name, value) {
      if (value === undefined) return qualifiers[name];
      if (name !== 'state') return values[`${name} ${value}`] ?? '';
      return (statesOf(value) ?? []).map(stateName).join(', ');
    },
  };
}
