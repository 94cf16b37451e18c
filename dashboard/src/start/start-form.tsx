import type { Carrier } from '@batchline/client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { answer, api } from '../api/call.ts';
import type { BatchTaskInfo, Definition } from '../api/carriers.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import '../styles/start.css';
import { CsvPreview } from './csv-preview.tsx';
import { type CsvProposal, inUtf8, MAX_CONVERTED, proposeImport } from './csv-proposal.ts';
import { ParameterForm, parametersOf, readForm } from './parameter-form.tsx';
import { type Draft, draftOf, type GroupDraft, type Mistakes } from './parameter-values.ts';
import { keepDraft, readDraft, type StartDraft } from './start-draft.ts';

/** The form that starts a task of a definition, and then shows the task. */
export function StartForm({
  definition,
  model,
}: {
  definition: Definition;
  /** The task whose texts and parameters it begins with. */
  model?: BatchTaskInfo | undefined;
}): ReactNode {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const schema = definition.Parameters;
  const properties = Object.entries(schema.properties ?? {});
  const form = useRef<HTMLFormElement>(null);
  const key = `${definition.Name} ${model?.Id ?? ''}`;
  const initial = (): StartDraft => ({
    ...parametersOf(schema, model?.ParameterObject),
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
    const { values, mistakes: found } = readForm(schema, draft, t);
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
      <ParameterForm
        schema={schema}
        draft={draft}
        mistakes={mistakes}
        onChange={(changed, field) =>
          field === undefined ? change(changed) : setField(field, changed.parameters[field] ?? '')
        }
        onMistakes={setMistakes}
        onFile={isImport ? propose : undefined}
        below={
          isImport && proposal !== undefined
            ? {
                file: (
                  <CsvPreview
                    proposal={proposal}
                    onUse={
                      isProposed
                        ? undefined
                        : () => change({ parameters: proposed(draft.parameters, proposal) })
                    }
                  />
                ),
              }
            : {}
        }
      />
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

/** The address of a started task; that of the list for an internal one, which has no page (id 0). */
function pageOf(id: number): string {
  return id === 0 ? '/' : `/tasks/${id}`;
}
