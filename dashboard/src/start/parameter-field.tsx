import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ParameterSchema } from '../api/carriers.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { useTexts } from '../texts.tsx';
import { controlOf } from './parameter-values.ts';
import { upload } from './upload.ts';

/** Whether a parameter names an input file, which can be uploaded. */
const isFile = (name: string, schema: ParameterSchema): boolean =>
  schema.type === 'string' && (/file$/i.test(name) || (schema.description ?? '').includes('upload:'));

/** The control for one parameter. */
export function ParameterField({
  name,
  schema,
  isRequired,
  text,
  error,
  onChange,
}: {
  name: string;
  schema: ParameterSchema;
  isRequired: boolean;
  text: string;
  error: string;
  onChange: (text: string) => void;
}): ReactNode {
  const { t } = useTexts();
  const control = controlOf(schema);
  const label = isRequired ? t`${name} (required)` : name;
  return (
    <>
      <Field name={name} label={label} hint={schema.description ?? ''} error={error}>
        {(props) => {
          const common = { ...props, value: text, 'aria-required': isRequired || undefined };
          if (control === 'choice') {
            return (
              <select {...common} onChange={(event) => onChange(event.target.value)}>
                <option value="">–</option>
                {schema.enum?.map(String).map((value) => (
                  <option key={value}>{value}</option>
                ))}
              </select>
            );
          }
          if (control === 'flag') {
            return (
              <span className="check">
                <input
                  {...props}
                  type="checkbox"
                  checked={text === 'true'}
                  onChange={(event) => onChange(String(event.target.checked))}
                />
              </span>
            );
          }
          if (control === 'json') {
            return (
              <textarea
                {...common}
                className="code"
                rows={5}
                spellCheck={false}
                onChange={(event) => onChange(event.target.value)}
              />
            );
          }
          return (
            <input
              {...common}
              type="text"
              inputMode={control === 'number' ? 'decimal' : undefined}
              autoComplete="off"
              onChange={(event) => onChange(event.target.value)}
            />
          );
        }}
      </Field>
      {isFile(name, schema) && <FileChooser name={name} onSent={onChange} />}
    </>
  );
}

/** Uploads a file and returns its reference. */
function FileChooser({ name, onSent }: { name: string; onSent: (file: string) => void }): ReactNode {
  const { t } = useTexts();
  const [percent, setPercent] = useState<number>();
  const send = useMutation({
    mutationFn: (file: File) => upload(file, setPercent),
    onSuccess: onSent,
    onSettled: () => setPercent(undefined),
  });
  return (
    <div className="field file">
      <input
        type="file"
        aria-label={t`Upload a file for ${name}`}
        disabled={send.isPending}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) send.mutate(file);
        }}
      />
      {percent !== undefined && <ProgressBar percent={percent} label={t`Upload progress`} />}
      {send.isSuccess && <p role="status">{t`${send.variables.name} uploaded.`}</p>}
      <Problem error={send.error} />
    </div>
  );
}
