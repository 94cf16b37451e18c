import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Field } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { readStored, writeStored } from '../preferences.ts';
import { useTexts } from '../texts.tsx';

const KEY = 'batchline.views';

type Views = Readonly<Record<string, string>>;

/** Named filters, which this browser stores. */
export function SavedViews({ query }: { query: string }): ReactNode {
  const { t } = useTexts();
  const [views, setViews] = useState<Views>(() => readStored<Views>(KEY) ?? {});
  const [isNaming, setNaming] = useState(false);
  const save = (changed: Views): void => {
    setViews(changed);
    writeStored(KEY, changed);
  };
  const current = Object.entries(views).find(([, saved]) => saved === query)?.[0];
  return (
    <>
      {Object.entries(views).map(([name, saved]) => (
        <Link
          key={name}
          href={`/?${saved}`}
          aria-current={saved === query ? 'true' : undefined}
          className="chip"
        >
          {name}
        </Link>
      ))}
      {current === undefined ? (
        <button type="button" className="quiet" onClick={() => setNaming(true)}>{t`Save view`}</button>
      ) : (
        <ConfirmButton
          className="quiet"
          action={t`Delete view`}
          title={t`Delete the view ${current}?`}
          run={async () =>
            save(Object.fromEntries(Object.entries(views).filter(([name]) => name !== current)))
          }
        />
      )}
      {isNaming && (
        <FormDialog
          title={t`Save view`}
          save={async (form) => save({ ...views, [String(form.get('name')).trim()]: query })}
          onClose={() => setNaming(false)}
        >
          <Field name="name" label={t`Name`} hint={t`Saved in this browser only.`}>
            {(props) => <input {...props} required maxLength={40} pattern=".*\S.*" />}
          </Field>
        </FormDialog>
      )}
    </>
  );
}
