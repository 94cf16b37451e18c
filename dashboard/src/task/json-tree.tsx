import { type ReactNode, useMemo, useState } from 'react';
import { Highlighted, SearchedWords, textPattern } from '../parts/highlighted.tsx';
import { CopyButton } from '../parts/shown-once.tsx';
import { useTexts } from '../texts.tsx';
import { entriesOf, findInJson, type Json, pathOf, sizeOf } from './json-paths.ts';

/** Documents with fewer names and values need no search field. */
const MIN_SEARCHED = 10;
/** Objects and lists are open at first if the document is smaller than this. */
const MAX_OPEN = 60;
/** Maximum number of entries of an object or list that are shown at first. */
const MAX_ENTRIES = 200;

/** A JSON document as a tree that can be folded, searched and copied. */
export function JsonTree({ title, value }: { title: string; value: Json }): ReactNode {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [isPlain, setPlain] = useState(false);
  const plain = JSON.stringify(value, null, 2);
  const size = useMemo(() => sizeOf(value), [value]);
  const found = useMemo(() => (text === '' ? undefined : findInJson(value, text)), [value, text]);
  return (
    <section className="panel json-panel">
      <div className="panel-head">
        <h2>{title}</h2>
        {size >= MIN_SEARCHED && (
          <>
            <input
              type="search"
              value={text}
              aria-label={t`Search in ${title}`}
              placeholder={t`Search`}
              onChange={(event) => setText(event.target.value)}
            />
            <span className="dim" role="status">
              {found !== undefined && (found.hits === 1 ? t`1 hit` : t`${found.hits} hits`)}
            </span>
          </>
        )}
        <CopyButton text={plain} label={t`Copy ${title}`} onUnavailable={() => setPlain(true)} />
      </div>
      {/* Without a clipboard, the text is there to be copied by hand. */}
      {isPlain && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
        <pre tabIndex={0}>{plain}</pre>
      )}
      <SearchedWords value={text === '' ? undefined : textPattern(text)}>
        {/* Another search opens other branches. */}
        <div key={text} className="json">
          <Entries
            value={value}
            path=""
            isOpen={(path) => found?.parents.has(path) ?? (size < MAX_OPEN || path === '')}
          />
        </div>
      </SearchedWords>
    </section>
  );
}

function Entries({
  value,
  path,
  isOpen,
}: {
  value: Json;
  path: string;
  isOpen: (path: string) => boolean;
}): ReactNode {
  const { t } = useTexts();
  const [shown, setShown] = useState(MAX_ENTRIES);
  const entries = entriesOf(value) ?? [];
  return (
    <ul>
      {entries.slice(0, shown).map(([name, inner]) => (
        <li key={name}>
          <Entry name={name} value={inner} path={pathOf(path, name)} isOpen={isOpen} />
        </li>
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" className="quiet" onClick={() => setShown(entries.length)}>
            {t`And ${entries.length - shown} more`}
          </button>
        </li>
      )}
    </ul>
  );
}

function Entry({
  name,
  value,
  path,
  isOpen,
}: {
  name: string;
  value: Json;
  path: string;
  isOpen: (path: string) => boolean;
}): ReactNode {
  const [isUnfolded, setUnfolded] = useState(() => isOpen(path));
  const entries = entriesOf(value);
  const label = (
    <span className="json-name">
      <Highlighted text={name} />
    </span>
  );
  if (entries === undefined || entries.length === 0)
    return (
      <>
        {label}{' '}
        <span className={`json-${typeof value}`}>
          <Highlighted
            text={entries === undefined ? JSON.stringify(value) : Array.isArray(value) ? '[]' : '{}'}
          />
        </span>
      </>
    );
  return (
    <details open={isUnfolded} onToggle={({ currentTarget }) => setUnfolded(currentTarget.open)}>
      <summary>
        {label}{' '}
        <span className="dim">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      {isUnfolded && <Entries value={value} path={path} isOpen={isOpen} />}
    </details>
  );
}
