import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { answer, api, get } from '../api/call.ts';
import type { Schedule } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { schedulesQuery } from '../api/schedules.ts';
import { at } from '../api/tasks.ts';
import { Field } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Moment } from '../parts/moment.tsx';
import { InputError } from '../parts/problem.tsx';
import { timeZone } from '../preferences.ts';
import { ParameterForm, parametersOf, readForm } from '../start/parameter-form.tsx';
import type { Mistakes } from '../start/parameter-values.ts';
import { useTexts } from '../texts.tsx';
import { useCronWords } from './cron-words.ts';
import '../styles/schedules.css';
import '../styles/start.css';

/** Number of due times in the preview. */
const PREVIEW = '10';
/** The debounce of the preview, in milliseconds. */
const TYPING = 300;
/** Default cron expression of a new schedule. */
const NIGHTLY = '30 2 * * *';

const NO_PARAMETERS = {};

/** Creates a schedule, or changes one. */
export function ScheduleDialog({
  schedule,
  onClose,
}: {
  schedule: Schedule | undefined;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const definitions = useQuery(definitionsQuery);
  const [name, setName] = useState(schedule?.Definition);
  const definition = name ?? definitions.data?.[0]?.Name ?? '';
  const schema = definitions.data?.find((each) => each.Name === definition)?.Parameters ?? NO_PARAMETERS;
  const isOwn = schedule?.Definition === definition;
  // Of another definition, or before the definitions are loaded, there is nothing to keep.
  const [edited, setEdited] = useState<{ of: string; draft: ReturnType<typeof parametersOf> }>();
  const draft =
    edited?.of === definition
      ? edited.draft
      : parametersOf(schema, isOwn ? schedule.ParameterObject : undefined);
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [cron, setCron] = useState(schedule?.Cron ?? NIGHTLY);
  const [zone, setZone] = useState(schedule?.TimeZone ?? timeZone());
  const [overlap, setOverlap] = useState(schedule?.Overlap ?? 'Allow');
  const [missed, setMissed] = useState(schedule?.MissedRuns ?? 'Skip');
  const zones = new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  const policies = {
    Skip: t`Skip them`,
    Once: t`Run once for all of them`,
    All: t`Run once for each of them`,
  } as const;
  const overlaps: Readonly<Record<Schedule['Overlap'], string>> = {
    Allow: t`Start anyway`,
    Skip: t`Skip the run`,
    Queue: t`Start when it has ended`,
  };

  const save = async (form: FormData): Promise<void> => {
    const { values, mistakes: found } = readForm(schema, draft, t);
    setMistakes(found);
    const [first] = Object.entries(found);
    if (first !== undefined) throw new InputError(first[1], first[0]);
    const body = {
      Name: String(form.get('Name')),
      Definition: definition,
      Cron: cron,
      TimeZone: zone,
      MissedRuns: missed,
      Overlap: overlap,
      ...(missed === 'All' ? { MissedLimit: Number(form.get('MissedLimit')) } : {}),
      ParameterObject: Object.keys(values).length === 0 ? null : values,
    };
    const call =
      schedule === undefined
        ? api.POST('/api/v1/Schedules', { body })
        : api.PUT('/api/v1/Schedules/{id}', { params: at(schedule.Id), body });
    await answer(call).finally(() => queries.invalidateQueries({ queryKey: schedulesQuery.queryKey }));
  };
  return (
    <FormDialog
      title={schedule === undefined ? t`New schedule` : t`Edit ${schedule.Name}`}
      submit={schedule === undefined ? t`Create` : t`Save`}
      save={save}
      onClose={onClose}
    >
      <Field name="Name" label={t`Name`}>
        {(props) => <input {...props} required maxLength={100} defaultValue={schedule?.Name} />}
      </Field>
      <Field name="Definition" label={t`Definition`}>
        {(props) => (
          <select {...props} value={definition} onChange={({ target }) => setName(target.value)}>
            {definitions.data?.map((each) => (
              <option key={each.Name}>{each.Name}</option>
            ))}
          </select>
        )}
      </Field>
      <ParameterForm
        key={definition}
        schema={schema}
        draft={draft}
        mistakes={mistakes}
        onChange={(changed) => setEdited({ of: definition, draft: changed })}
        onMistakes={setMistakes}
      />
      <Field
        name="Cron"
        label={t`Schedule`}
        hint={t`Cron: minute, hour, day, month, weekday; or @hourly, @daily, @weekly.`}
      >
        {(props) => (
          <input
            {...props}
            required
            className="code"
            value={cron}
            onChange={({ target }) => setCron(target.value)}
          />
        )}
      </Field>
      <Field name="TimeZone" label={t`Time zone`}>
        {(props) => (
          <select {...props} value={zone} onChange={({ target }) => setZone(target.value)}>
            {[...zones].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </Field>
      <NextRuns cron={cron} zone={zone} />
      <Field name="Overlap" label={t`If the previous task is still running`}>
        {(props) => (
          <select
            {...props}
            value={overlap}
            onChange={({ target }) => setOverlap(target.value as Schedule['Overlap'])}
          >
            {Object.entries(overlaps).map(([policy, text]) => (
              <option key={policy} value={policy}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field name="MissedRuns" label={t`Runs missed while no server was running`}>
        {(props) => (
          <select
            {...props}
            value={missed}
            onChange={({ target }) => setMissed(target.value as Schedule['MissedRuns'])}
          >
            {Object.entries(policies).map(([policy, text]) => (
              <option key={policy} value={policy}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      {missed === 'All' && (
        <Field name="MissedLimit" label={t`Maximum number of missed runs`}>
          {(props) => (
            <input {...props} type="number" required min={1} defaultValue={schedule?.MissedLimit ?? 10} />
          )}
        </Field>
      )}
    </FormDialog>
  );
}

/** A cron expression in words with its next due times, or why it is invalid, while it is being typed. */
function NextRuns({ cron, zone }: { cron: string; zone: string }): ReactNode {
  const { t } = useTexts();
  const words = useCronWords();
  const [typed, setTyped] = useState({ Cron: cron, TimeZone: zone });
  useEffect(() => {
    const timer = setTimeout(() => setTyped({ Cron: cron, TimeZone: zone }), TYPING);
    return () => clearTimeout(timer);
  }, [cron, zone]);
  const runs = useQuery({
    queryKey: ['next-runs', typed],
    queryFn: ({ signal }) =>
      get(api.GET('/api/v1/Schedules/NextRuns', { params: { query: { ...typed, Count: PREVIEW } }, signal })),
    enabled: typed.Cron.trim() !== '',
    placeholderData: (before) => before,
    retry: false,
  });
  return (
    <div className="field cron-preview">
      <p role="status">
        {runs.error === null ? (
          <strong>{words(typed.Cron)}</strong>
        ) : (
          <span className="bad">{runs.error.message}</span>
        )}
      </p>
      {runs.error === null && (
        <>
          <p className="dim">{t`Next runs`}</p>
          <ol>
            {runs.data?.map((due) => (
              <li key={due}>
                <Moment at={due} />
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
