import { Fragment, type ReactNode } from 'react';
import type { ParameterSchema } from '../api/carriers.ts';
import { Field } from '../parts/field.tsx';
import { type Tell, useTexts } from '../texts.tsx';
import { ParameterField } from './parameter-field.tsx';
import {
  draftOf,
  type GroupDraft,
  joinPath,
  type Mistakes,
  mistakesOf,
  readParameters,
} from './parameter-values.ts';

/** The contents of the form for the parameters of a definition. */
export interface ParametersDraft {
  readonly parameters: GroupDraft;
  /** The parameters as JSON, while they are edited so. */
  readonly json: string | undefined;
}

/**
 * Returns the draft of parameters; by default that of the schema's defaults. Parameters that the form can't show
 * completely are edited as JSON, so that none is lost.
 */
export function parametersOf(schema: ParameterSchema, values: unknown): ParametersDraft {
  const given = (values ?? {}) as Record<string, unknown>;
  const fields = Object.entries(schema.properties ?? {});
  const parameters = Object.fromEntries(fields.map(([name, each]) => [name, draftOf(each, given[name])]));
  const shown = readParameters(schema, parameters, (parts) => parts.join('')).values;
  return { parameters, json: isPart(given, shown) ? undefined : JSON.stringify(given, null, 2) };
}

/** Reads and validates the parameters of a draft. */
export function readForm(
  schema: ParameterSchema,
  { parameters, json }: ParametersDraft,
  t: Tell,
): { readonly values: Record<string, unknown>; readonly mistakes: Mistakes } {
  return json === undefined ? readParameters(schema, parameters, t) : readJson(json, schema, t);
}

/** The controls for all parameters of a definition, or a JSON text with them. */
export function ParameterForm({
  schema,
  draft,
  mistakes,
  onChange,
  onMistakes,
  onFile,
  below = {},
}: {
  schema: ParameterSchema;
  draft: ParametersDraft;
  mistakes: Mistakes;
  /** @param field the name of the changed parameter, if it is one */
  onChange: (draft: ParametersDraft, field?: string) => void;
  onMistakes: (mistakes: Mistakes) => void;
  /** Called with a chosen file before its upload; returns the file to send. */
  onFile?: ((file: File) => Promise<File>) | undefined;
  /** Content below the controls of parameters, by their names. */
  below?: Readonly<Record<string, ReactNode>>;
}): ReactNode {
  const { t } = useTexts();
  const { parameters, json } = draft;
  const showJson = (): void => {
    onMistakes({});
    onChange({ parameters, json: JSON.stringify(readParameters(schema, parameters, t).values, null, 2) });
  };
  const showForm = (): void => {
    const { values, mistakes: found } = readJson(json ?? '', undefined, t);
    const form = parametersOf(schema, values);
    const isWhole = form.json === undefined;
    onMistakes(isWhole ? found : { json: t`The form has no fields for some of these values.` });
    if (isWhole && Object.keys(found).length === 0) onChange(form);
  };
  if (json !== undefined) {
    return (
      <>
        <Field name="json" label={t`Parameters`} hint={t`A JSON object.`} error={mistakes.json ?? ''}>
          {(props) => (
            <textarea
              {...props}
              className="code"
              rows={12}
              spellCheck={false}
              value={json}
              onChange={(event) => onChange({ parameters, json: event.target.value })}
            />
          )}
        </Field>
        <p>
          <button type="button" className="quiet" onClick={showForm}>{t`Back to the form`}</button>
        </p>
      </>
    );
  }
  return (
    <>
      {Object.entries(schema.properties ?? {}).map(([name, property]) => (
        <Fragment key={name}>
          <ParameterField
            path={joinPath('', name)}
            name={name}
            schema={property}
            isRequired={(schema.required?.includes(name) ?? false) && property.default === undefined}
            draft={parameters[name] ?? draftOf(property, undefined)}
            mistakes={mistakes}
            onChange={(field) => onChange({ parameters: { ...parameters, [name]: field }, json }, name)}
            onFile={onFile}
          />
          {below[name]}
        </Fragment>
      ))}
      <p>
        <button type="button" className="quiet" onClick={showJson}>{t`Edit the parameters as JSON`}</button>
      </p>
    </>
  );
}

/** Reads parameters from JSON, and validates them if a schema is given. */
function readJson(
  text: string,
  schema: ParameterSchema | undefined,
  t: Tell,
): { readonly values: Record<string, unknown>; readonly mistakes: Mistakes } {
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      return { values: {}, mistakes: { json: t`A JSON object.` } };
    const found = schema === undefined ? [] : Object.entries(mistakesOf(schema, values, t));
    const texts = found.map(([path, text]) => (path === '' ? text : `${path}: ${text}`));
    return {
      values: values as Record<string, unknown>,
      mistakes: texts.length === 0 ? {} : { json: texts.join(' ') },
    };
  } catch (error) {
    return { values: {}, mistakes: { json: t`Invalid JSON: ${(error as Error).message}` } };
  }
}

/** Whether all values of an object are in another one, which may have more. Empty values may be missing. */
function isPart(part: unknown, whole: unknown): boolean {
  if (typeof part === 'string') {
    const isSameTime = Date.parse(part) === Date.parse(String(whole));
    return part === whole || isSameTime || (part === '' && whole === undefined);
  }
  if (typeof part !== 'object' || part === null) return part === whole;
  const values = Object.entries(part);
  if (typeof whole !== 'object' || whole === null) return whole === undefined && values.length === 0;
  return values.every(([name, value]) => isPart(value, (whole as Record<string, unknown>)[name]));
}
