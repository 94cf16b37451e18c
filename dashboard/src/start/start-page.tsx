import type { Carrier } from '@batchline/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, Fragment, type ReactNode, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { answer, api } from '../api/call.ts';
import type { BatchTaskInfo, Definition } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { readTask } from '../api/tasks.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { timeZone } from '../preferences.ts';
import { type Tell, useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import '../styles/start.css';
import { CsvPreview } from './csv-preview.tsx';
import { type CsvProposal, inUtf8, MAX_CONVERTED, proposeImport } from './csv-proposal.ts';
import { ParameterField } from './parameter-field.tsx';
import {
  type Draft,
  draftOf,
  type GroupDraft,
  joinPath,
  type Mistakes,
  mistakesOf,
  readParameters,
} from './parameter-values.ts';
import { keepDraft, readDraft, type StartDraft } from './start-draft.ts';

/** Starts a task of a definition. */
export default function StartPage({ name }: { name: string | undefined }): ReactNode {
  const { t } = useTexts();
  const [query] = useSearchParams();
  const like = Number(query.get('like')) || undefined;
  const definitions = useQuery(definitionsQuery);
  const model = useQuery({
    queryKey: ['model', like],
    queryFn: async ({ signal }) => (await readTask(like ?? 0, signal)).data,
    enabled: like !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useTitle(t`Start a task`);
  const chosen = definitions.data?.find((definition) => definition.Name === name);
  const isReady = chosen !== undefined && (like === undefined || !model.isPending);
  return (
    <section className="start">
      <h1>{t`Start a task`}</h1>
      <Problem error={definitions.error ?? model.error} />
      <div className="start-columns">
        <nav aria-label={t`Definitions`} className="definitions">
          {definitions.data?.map((definition) => (
            <Link
              key={definition.Name}
              href={`/start/${encodeURIComponent(definition.Name)}`}
              aria-current={definition === chosen ? 'true' : undefined}
            >
              <strong>{definition.Name}</strong>
              <span>{definition.Description}</span>
            </Link>
          ))}
        </nav>
        {isReady && <StartForm key={`${chosen.Name} ${like}`} definition={chosen} model={model.data} />}
        {name !== undefined && definitions.isSuccess && chosen === undefined && (
          <p className="empty">{t`Definition ${name} not found.`}</p>
        )}
        {name === undefined && <p className="empty">{t`Choose a definition.`}</p>}
      </div>
    </section>
  );
}

function StartForm({
  definition,
  model,
}: {
  definition: Definition;
  model: BatchTaskInfo | undefined;
}): ReactNode {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const schema = definition.Parameters;
  const properties = Object.entries(schema.properties ?? {});
  const form = useRef<HTMLFormElement>(null);
  const key = `${definition.Name} ${model?.Id ?? ''}`;
  const draftFrom = (values: unknown): GroupDraft =>
    Object.fromEntries(
      properties.map(([name, property]) => [
        name,
        draftOf(property, (values as Record<string, unknown> | undefined)?.[name]),
      ]),
    );
  const initial = (): StartDraft => ({
    parameters: draftFrom(model?.ParameterObject),
    json: undefined,
    description: model?.Description ?? '',
    at: '',
  });
  const [kept] = useState(() => readDraft(key));
  const [draft, setDraft] = useState(() => kept ?? initial());
  const [isRestored, setRestored] = useState(kept !== undefined);
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [proposal, setProposal] = useState<CsvProposal>();
  const change = (changed: Partial<StartDraft>): void => {
    const next = { ...draft, ...changed };
    setDraft(next);
    keepDraft(key, schema, next);
  };
  const discard = (): void => {
    keepDraft(key, schema, undefined);
    setDraft(initial());
    setMistakes({});
    setRestored(false);
  };
  const start = useMutation({
    mutationFn: ({ at, body }: { at: string; body: Carrier<'BatchTaskStart'> }) =>
      answer(api.POST('/api/v1/BatchTask', { params: { query: at === '' ? {} : { StartAt: at } }, body })),
    onSuccess: ({ data, ignored }) => {
      keepDraft(key, schema, undefined);
      if (ignored === null) navigate(pageOf(data));
    },
  });
  /** Reads the parameters, and shows and focuses the first mistake. */
  const read = (): Record<string, unknown> | undefined => {
    const { values, mistakes: found } =
      draft.json === undefined
        ? readParameters(schema, draft.parameters, t)
        : readJson(draft.json, schema, t);
    setMistakes(found);
    const [first] = Object.keys(found);
    if (first === undefined) return values;
    // Fields of mistakes unfold, and messages appear, with the next frame.
    requestAnimationFrame(() => {
      const place = CSS.escape(first);
      form.current?.querySelector<HTMLElement>(`[name="${place}"], [data-path="${place}"]`)?.focus();
    });
    return undefined;
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const values = read();
    if (values === undefined) return;
    const isEmpty = properties.length === 0 && Object.keys(values).length === 0;
    start.mutate({
      at: draft.at,
      body: {
        Name: definition.Name,
        Description: draft.description,
        ...(isEmpty ? {} : { ParameterObject: values }),
      },
    });
  };
  const showJson = (): void => {
    const { values } = readParameters(schema, draft.parameters, t);
    setMistakes({});
    change({ json: JSON.stringify(values, null, 2) });
  };
  const showForm = (): void => {
    const { values, mistakes: found } = readJson(draft.json ?? '', undefined, t);
    const parameters = draftFrom(values);
    const isWhole = isPart(values, readParameters(schema, parameters, t).values);
    setMistakes(isWhole ? found : { json: t`The form has no fields for some of these values.` });
    if (isWhole && Object.keys(found).length === 0) change({ parameters, json: undefined });
  };
  const isImport =
    'columns' in draft.parameters && 'delimiter' in draft.parameters && 'file' in draft.parameters;
  const propose = async (file: File): Promise<File> => {
    const found = await proposeImport(file);
    setProposal(found);
    return file.size > MAX_CONVERTED ? file : inUtf8(file);
  };
  const proposed = (parameters: GroupDraft, { columns, delimiter, table }: CsvProposal): GroupDraft => ({
    ...parameters,
    delimiter,
    table: parameters.table === '' ? table : (parameters.table ?? ''),
    columns: draftOf(schema.properties?.columns ?? {}, columns),
  });
  const setField = (name: string, field: Draft): void => {
    const parameters = { ...draft.parameters, [name]: field };
    // The reference of an upload arrives after the proposal.
    const isNew = isImport && name === 'file' && proposal !== undefined && parameters.columns?.length === 0;
    change({ parameters: isNew ? proposed(parameters, proposal) : parameters });
  };
  const isProposed =
    proposal !== undefined &&
    JSON.stringify(proposed(draft.parameters, proposal)) === JSON.stringify(draft.parameters);
  return (
    <form ref={form} className="panel" onSubmit={submit} noValidate>
      <h2>{definition.Name}</h2>
      {isRestored && (
        <p className="dim">
          {t`Restored from your draft.`}{' '}
          <button type="button" className="quiet" onClick={discard}>{t`Discard draft`}</button>
        </p>
      )}
      {draft.json === undefined ? (
        properties.map(([name, property]) => (
          <Fragment key={name}>
            <ParameterField
              path={joinPath('', name)}
              name={name}
              schema={property}
              isRequired={(schema.required?.includes(name) ?? false) && property.default === undefined}
              draft={draft.parameters[name] ?? draftOf(property, undefined)}
              mistakes={mistakes}
              onChange={(field) => setField(name, field)}
              onFile={isImport ? propose : undefined}
            />
            {isImport && name === 'file' && proposal !== undefined && (
              <CsvPreview
                proposal={proposal}
                onUse={
                  isProposed ? undefined : () => change({ parameters: proposed(draft.parameters, proposal) })
                }
              />
            )}
          </Fragment>
        ))
      ) : (
        <Field name="json" label={t`Parameters`} hint={t`A JSON object.`} error={mistakes.json ?? ''}>
          {(props) => (
            <textarea
              {...props}
              className="code"
              rows={12}
              spellCheck={false}
              value={draft.json}
              onChange={(event) => change({ json: event.target.value })}
            />
          )}
        </Field>
      )}
      <p>
        {draft.json === undefined ? (
          <button type="button" className="quiet" onClick={showJson}>{t`Edit the parameters as JSON`}</button>
        ) : (
          <button type="button" className="quiet" onClick={showForm}>{t`Back to the form`}</button>
        )}
      </p>
      <Field name="taskDescription" label={t`Description`} hint={t`Shown in the task list.`}>
        {(props) => (
          <input
            {...props}
            maxLength={254}
            value={draft.description}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Field>
      <Field
        name="taskStart"
        label={t`Start at`}
        hint={t`Leave empty to start now. Times are in ${timeZone()}.`}
      >
        {(props) => (
          <input
            {...props}
            type="datetime-local"
            value={draft.at}
            onChange={(event) => change({ at: event.target.value })}
          />
        )}
      </Field>
      {definition.Paused && (
        <p className="dim">{t`This definition is paused. The task waits until it is resumed.`}</p>
      )}
      {mistakes[''] !== undefined && (
        <p className="problem" role="alert">
          {mistakes['']}
        </p>
      )}
      <Problem error={start.error} />
      {start.data?.ignored != null && (
        <p className="problem" role="alert">
          {t`Started, but the server ignored: ${start.data.ignored}`}{' '}
          <Link href={pageOf(start.data.data)}>{t`Open the task`}</Link>
        </p>
      )}
      <button type="submit" className="primary" disabled={start.isPending}>
        {t`Start`}
      </button>
    </form>
  );
}

/** Reads parameters from JSON, and validates them if a schema is given. */
function readJson(
  text: string,
  schema: Definition['Parameters'] | undefined,
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

/** Whether all values of an object are in another one, which may have more. */
function isPart(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  return (
    typeof whole === 'object' &&
    whole !== null &&
    Object.entries(part).every(([name, value]) => isPart(value, (whole as Record<string, unknown>)[name]))
  );
}

/** The address of a started task; that of the list for an internal one, which has no page (id 0). */
function pageOf(id: number): string {
  return id === 0 ? '/' : `/tasks/${id}`;
}
