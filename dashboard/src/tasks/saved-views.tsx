import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { readStored, writeStored } from '../preferences.ts';
import { useTexts } from '../texts.tsx';

const KEY = 'batchline.views';

type Views = Readonly<Record<string, string>>;

/** Filters that somebody has kept under a name, in this browser. */
export function SavedViews({ query }: { query: string }): ReactNode {
  const { t } = useTexts();
  const [views, setViews] = useState<Views>(() => readStored<Views>(KEY) ?? {});
  const [isNaming, setNaming] = useState(false);
  const keep = (changed: Views): void => {
    setViews(changed);
    writeStored(KEY, changed);
    setNaming(false);
  };
  const current = Object.entries(views).find(([, kept]) => kept === query)?.[0];
  return (
    <div className="views">
      {Object.entries(views).map(([name, kept]) => (
        <Link
          key={name}
          href={`/?${kept}`}
          aria-current={kept === query ? 'true' : undefined}
          className="chip"
        >
          {name}
        </Link>
      ))}
      {current === undefined ? (
        <button type="button" className="quiet" onClick={() => setNaming(true)}>{t`Keep this view`}</button>
      ) : (
        <button
          type="button"
          className="quiet"
          onClick={() => keep(Object.fromEntries(Object.entries(views).filter(([name]) => name !== current)))}
        >
          {t`Remove the view ${current}`}
        </button>
      )}
      {isNaming && (
        <Dialog title={t`Keep this view`} onClose={() => setNaming(false)}>
          <form action={(form) => keep({ ...views, [String(form.get('name')).trim()]: query })}>
            <Field label={t`Name`}>
              {(props) => <input {...props} name="name" required maxLength={40} pattern=".*\S.*" />}
            </Field>
            <p className="buttons">
              <button type="submit" className="primary">{t`Keep`}</button>
              <button type="button" onClick={() => setNaming(false)}>{t`Cancel`}</button>
            </p>
          </form>
        </Dialog>
      )}
    </div>
  );
}
