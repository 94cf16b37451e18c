import type { Carrier } from '@batchline/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { answer, api } from '../api/call.ts';
import type { BatchTaskInfo, Definition } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { readTask } from '../api/tasks.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import { useTitle } from '../title.ts';
import '../styles/start.css';
import { ParameterField } from './parameter-field.tsx';
import { controlOf, type Mistakes, readParameters, toText } from './parameter-values.ts';

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
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(
      properties.map(([name, property]) => [
        name,
        toText(model?.ParameterObject?.[name] ?? property.default, controlOf(property)),
      ]),
    ),
  );
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const start = useMutation({
    mutationFn: ({ at, body }: { at: string; body: Carrier<'BatchTaskStart'> }) =>
      answer(api.POST('/api/v1/BatchTask', { params: { query: at === '' ? {} : { StartAt: at } }, body })),
    onSuccess: ({ data, ignored }) => {
      if (ignored === null) navigate(pageOf(data));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const read = readParameters(schema, texts, t);
    setMistakes(read.mistakes);
    const [first] = Object.keys(read.mistakes);
    if (first !== undefined) {
      form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
      return;
    }
    const own = new FormData(event.currentTarget);
    start.mutate({
      at: String(own.get('taskStart')),
      body: {
        Name: definition.Name,
        Description: String(own.get('taskDescription')),
        ...(properties.length === 0 ? {} : { ParameterObject: read.values }),
      },
    });
  };
  return (
    <form ref={form} className="panel" onSubmit={submit} noValidate>
      <h2>{definition.Name}</h2>
      {properties.map(([name, property]) => (
        <ParameterField
          key={name}
          name={name}
          schema={property}
          isRequired={(schema.required?.includes(name) ?? false) && property.default === undefined}
          text={texts[name] ?? ''}
          error={mistakes[name] ?? ''}
          onChange={(text) => setTexts((before) => ({ ...before, [name]: text }))}
        />
      ))}
      <Field name="taskDescription" label={t`Description`} hint={t`Shown in the task list.`}>
        {(props) => <input {...props} maxLength={254} defaultValue={model?.Description ?? ''} />}
      </Field>
      <Field
        name="taskStart"
        label={t`Start at`}
        hint={t`Leave empty to start now. Times are in ${timeZone()}.`}
      >
        {(props) => <input {...props} type="datetime-local" />}
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
