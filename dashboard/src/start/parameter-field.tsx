import { type ReactNode, useId } from 'react';
import type { ParameterSchema } from '../api/carriers.ts';
import { Field } from '../parts/field.tsx';
import { useTexts } from '../texts.tsx';
import { FileChooser } from './file-chooser.tsx';
import {
  choicesOf,
  controlOf,
  type Draft,
  draftOf,
  type GroupDraft,
  joinPath,
  type Mistakes,
} from './parameter-values.ts';

/** Whether a parameter names an input file, which can be uploaded. */
const isFile = (name: string, schema: ParameterSchema): boolean =>
  schema.type === 'string' && (/file$/i.test(name) || (schema.description ?? '').includes('upload:'));

/** The types of inputs for the formats of texts. */
const INPUT_TYPES: Readonly<Record<string, string>> = {
  date: 'date',
  'date-time': 'datetime-local',
  url: 'url',
  email: 'email',
  password: 'password',
};

interface Props {
  /** The path of the value, as in {@link Mistakes}. */
  readonly path: string;
  readonly name: string;
  readonly schema: ParameterSchema;
  readonly isRequired: boolean;
  readonly draft: Draft;
  readonly mistakes: Mistakes;
  readonly onChange: (draft: Draft) => void;
  /** Whether the description is shown; in lists only that of the first item is. */
  readonly hasHint?: boolean;
  /** Called with a chosen file before its upload; returns the file to send. */
  readonly onFile?: ((file: File) => Promise<File>) | undefined;
}

/** The controls for one parameter: an input, a choice, or a box with the fields of an object or the items of a list. */
export function ParameterField(props: Props): ReactNode {
  const { name, schema, path, onFile, onChange } = props;
  const control = controlOf(schema);
  if (control === 'group') return <Group {...props} draft={props.draft as GroupDraft} />;
  if (control === 'list') return <List {...props} draft={props.draft as readonly Draft[]} />;
  return (
    <>
      <Leaf {...props} draft={props.draft as string} />
      {isFile(name, schema) && !path.includes('/') && (
        <FileChooser name={name} prepare={onFile} onSent={onChange} />
      )}
    </>
  );
}

function useLabel(name: string, isRequired: boolean): string {
  const { t } = useTexts();
  return isRequired ? t`${name} (required)` : name;
}

/** The control of a single value. */
function Leaf({
  path,
  name,
  schema,
  isRequired,
  draft,
  mistakes,
  onChange,
  hasHint = true,
}: Props & { draft: string }) {
  const { t } = useTexts();
  const control = controlOf(schema);
  const label = useLabel(name, isRequired && control !== 'flag');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const hint = [
    hasHint ? (schema.description ?? '') : '',
    control === 'json' ? t`As JSON.` : '',
    control === 'date-time' ? t`Times are in ${zone}.` : '',
  ];
  return (
    <Field name={path} label={label} hint={hint.filter(Boolean).join(' ')} error={mistakes[path]}>
      {(props) => {
        const common = { ...props, value: draft, 'aria-required': isRequired || undefined };
        if (control === 'choice') {
          return (
            <select {...common} onChange={(event) => onChange(event.target.value)}>
              <option value="">–</option>
              {choicesOf(schema)?.map((value) => (
                <option key={String(value)}>{String(value)}</option>
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
                checked={draft === 'true'}
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
            type={INPUT_TYPES[control] ?? 'text'}
            step={control === 'date-time' ? 1 : undefined}
            inputMode={control === 'number' ? 'decimal' : undefined}
            autoComplete={control === 'password' ? 'new-password' : 'off'}
            onChange={(event) => onChange(event.target.value)}
          />
        );
      }}
    </Field>
  );
}

/** A box around the controls of an object or a list, with its description and error. */
function Box({
  path,
  label,
  hint,
  mistakes,
  className,
  children,
}: {
  path: string;
  label: string;
  hint: string;
  mistakes: Mistakes;
  className: string;
  children: ReactNode;
}): ReactNode {
  const id = useId();
  const error = mistakes[path];
  return (
    <fieldset className={className} aria-describedby={hint === '' ? undefined : id}>
      <legend>{label}</legend>
      {hint !== '' && (
        <p className="hint" id={id}>
          {hint}
        </p>
      )}
      {children}
      {error !== undefined && (
        // A script focuses the message of a mistake that has no control of its own.
        <p className="field-error" data-path={path} tabIndex={-1}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

function Group({ name, isRequired, hasHint = true, ...props }: Props & { draft: GroupDraft }): ReactNode {
  const { schema, path, mistakes } = props;
  return (
    <Box
      path={path}
      label={useLabel(name, isRequired)}
      hint={hasHint ? (schema.description ?? '') : ''}
      mistakes={mistakes}
      className="group"
    >
      <Fields {...props} hasHints={hasHint} />
    </Box>
  );
}

/** The fields of an object; the optional ones are folded in lists, unless one has a mistake. */
function Fields({
  schema,
  path,
  draft,
  mistakes,
  onChange,
  hasHints,
  isFolded = false,
}: Pick<Props, 'schema' | 'path' | 'mistakes' | 'onChange'> & {
  draft: GroupDraft;
  hasHints: boolean;
  isFolded?: boolean;
}): ReactNode {
  const { t } = useTexts();
  const properties = Object.entries(schema.properties ?? {});
  const isNeeded = (name: string): boolean => schema.required?.includes(name) ?? false;
  const hasMistake = ([name]: (typeof properties)[number]): boolean =>
    Object.keys(mistakes).some((each) => `${each}/`.startsWith(`${joinPath(path, name)}/`));
  const shown = isFolded ? properties.filter(([name]) => isNeeded(name)) : properties;
  const folded = isFolded ? properties.filter(([name]) => !isNeeded(name)) : [];
  const field = ([name, property]: (typeof properties)[number]): ReactNode => (
    <ParameterField
      key={name}
      path={joinPath(path, name)}
      name={name}
      schema={property}
      isRequired={isNeeded(name) && property.default === undefined}
      draft={draft[name] ?? draftOf(property, undefined)}
      mistakes={mistakes}
      hasHint={hasHints}
      onChange={(changed) => onChange({ ...draft, [name]: changed })}
    />
  );
  return (
    <>
      <div className="fields">{shown.map(field)}</div>
      {folded.length > 0 && (
        <details open={folded.some(hasMistake) || undefined}>
          <summary>
            {t`Optional fields`} <span>{summaryOf(folded, draft)}</span>
          </summary>
          <div className="fields">{folded.map(field)}</div>
        </details>
      )}
    </>
  );
}

/** The folded fields that have a value of their own, such as `source: Name`. */
function summaryOf(fields: readonly (readonly [string, ParameterSchema])[], draft: GroupDraft): string {
  const used = fields.filter(
    ([name, schema]) => JSON.stringify(draft[name]) !== JSON.stringify(draftOf(schema, undefined)),
  );
  const texts = used.map(([name, schema]) => {
    const text = draft[name];
    return typeof text === 'string' && controlOf(schema) !== 'password' ? `${name}: ${text}` : name;
  });
  return texts.join(', ').slice(0, 80);
}

/** The items of a list, which can be added and removed. */
function List({ name, isRequired, ...props }: Props & { draft: readonly Draft[] }): ReactNode {
  const { t } = useTexts();
  const { schema, path, draft, mistakes, onChange } = props;
  const items = schema.items ?? {};
  const isGroup = controlOf(items) === 'group';
  const change = (index: number, changed: Draft): void => onChange(draft.with(index, changed));
  const remove = (index: number): void => onChange(draft.filter((_, each) => each !== index));
  return (
    <Box
      path={path}
      label={useLabel(name, isRequired)}
      hint={schema.description ?? ''}
      mistakes={mistakes}
      className="list"
    >
      {draft.map((item, index) => {
        const at = joinPath(path, index);
        const title = t`${name} ${index + 1}`;
        return isGroup ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity, and all controls are controlled
          <fieldset key={index} className="item">
            <legend>{title}</legend>
            <Fields
              schema={items}
              path={at}
              draft={item as GroupDraft}
              mistakes={mistakes}
              onChange={(changed) => change(index, changed)}
              hasHints={index === 0}
              isFolded
            />
            <RemoveButton title={title} onClick={() => remove(index)} />
          </fieldset>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <div key={index} className="item">
            <ParameterField
              path={at}
              name={title}
              schema={items}
              isRequired={false}
              draft={item}
              mistakes={mistakes}
              hasHint={index === 0}
              onChange={(changed) => change(index, changed)}
            />
            <RemoveButton title={title} onClick={() => remove(index)} />
          </div>
        );
      })}
      <button
        type="button"
        aria-label={t`Add to ${name}`}
        onClick={() => onChange([...draft, draftOf(items, undefined)])}
      >
        {t`Add`}
      </button>
    </Box>
  );
}

function RemoveButton({ title, onClick }: { title: string; onClick: () => void }): ReactNode {
  const { t } = useTexts();
  return (
    <button type="button" className="quiet" aria-label={t`Remove ${title}`} onClick={onClick}>
      {t`Remove`}
    </button>
  );
}
