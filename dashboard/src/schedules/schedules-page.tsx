import type { Carrier } from '@batchline/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { answer, api, type Call, get, make } from '../api/call.ts';
import type { Schedule, Session } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { useNames } from '../api/session.ts';
import { at } from '../api/tasks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';
import { useTitle } from '../title.ts';

/** How often the next runs are asked for, in milliseconds. */
const INTERVAL = 5000;

/** What starts by the clock, and when next. */
export default function SchedulesPage({ who }: { who: Session }): ReactNode {
  const { t } = useTexts();
  const { moment } = useTimes();
  const queries = useQueryClient();
  const names = useNames(who);
  const [isMaking, setMaking] = useState(false);
  useTitle(t`Schedules`);
  const list = useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => get(api.GET('/api/v1/Schedules', { signal })),
    refetchInterval: INTERVAL,
  });
  const act = useMutation({
    mutationFn: make<unknown>,
    onSettled: () => queries.invalidateQueries({ queryKey: ['schedules'] }),
  });
  const shown = (text: string | undefined): string => moment(readTime(text ?? ''));
  return (
    <section>
      <div className="tasks-title">
        <h1>{t`Schedules`}</h1>
        <button type="button" className="primary" onClick={() => setMaking(true)}>{t`Make one`}</button>
      </div>
      <Problem error={list.error ?? act.error} />
      {list.data?.length === 0 && <p className="empty">{t`Nothing starts by the clock.`}</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <ScrollBox className="panel">
          <table>
            <thead>
              <tr>
                <th scope="col">{t`Name`}</th>
                <th scope="col">{t`Definition`}</th>
                <th scope="col">{t`Owner`}</th>
                <th scope="col">{t`When`}</th>
                <th scope="col">{t`Next run`}</th>
                <th scope="col">{t`Last run`}</th>
                <th scope="col">
                  <span className="hidden">{t`Change`}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((schedule) => (
                <tr key={schedule.Id}>
                  <th scope="row">{schedule.Name}</th>
                  <td>{schedule.Definition}</td>
                  <td>
                    {schedule.AssociateId === 0
                      ? t`System`
                      : (names(schedule.AssociateId) ?? `#${schedule.AssociateId}`)}
                  </td>
                  <td>
                    <code>{schedule.Cron}</code> <span className="dim">{schedule.TimeZone}</span>
                  </td>
                  <td>{schedule.Paused ? <strong>{t`Paused`}</strong> : shown(schedule.NextRuns[0])}</td>
                  <td>
                    {shown(schedule.LastRun)}{' '}
                    {schedule.LastTaskId !== null && schedule.LastTaskId > 0 && (
                      <Link href={`/tasks/${schedule.LastTaskId}`}>#{schedule.LastTaskId}</Link>
                    )}
                    {schedule.LastProblem !== '' && <p className="field-error">{schedule.LastProblem}</p>}
                  </td>
                  <td>
                    <span className="row-buttons">
                      <button
                        type="button"
                        aria-label={schedule.Paused ? t`Resume ${schedule.Name}` : t`Pause ${schedule.Name}`}
                        onClick={() => act.mutate(() => pauseOrResume(schedule))}
                      >
                        {schedule.Paused ? t`Resume` : t`Pause`}
                      </button>
                      <button
                        type="button"
                        aria-label={t`Run ${schedule.Name} now`}
                        onClick={() =>
                          act.mutate(() =>
                            api.POST('/api/v1/Schedules/{id}/RunNow', { params: at(schedule.Id) }),
                          )
                        }
                      >
                        {t`Run now`}
                      </button>
                      <button
                        type="button"
                        className="danger"
                        aria-label={t`Remove ${schedule.Name}`}
                        onClick={() =>
                          act.mutate(() => api.DELETE('/api/v1/Schedules/{id}', { params: at(schedule.Id) }))
                        }
                      >
                        {t`Remove`}
                      </button>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {isMaking && <NewSchedule onClose={() => setMaking(false)} />}
    </section>
  );
}

function pauseOrResume({ Id, Paused }: Schedule): Call {
  return Paused
    ? api.POST('/api/v1/Schedules/{id}/Resume', { params: at(Id) })
    : api.POST('/api/v1/Schedules/{id}/Pause', { params: at(Id) });
}

function NewSchedule({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const definitions = useQuery(definitionsQuery);
  const make = useMutation({
    mutationFn: (body: Carrier<'NewSchedule'>) => answer(api.POST('/api/v1/Schedules', { body })),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: ['schedules'] }),
  });
  const [mistake, setMistake] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const parameters = String(form.get('parameters')).trim();
    try {
      const body = {
        Name: String(form.get('name')),
        Definition: String(form.get('definition')),
        Cron: String(form.get('cron')),
        TimeZone: timeZone(),
        ...(parameters === '' ? {} : { ParameterObject: JSON.parse(parameters) }),
      };
      setMistake('');
      make.mutate(body);
    } catch (error) {
      setMistake(t`It is not JSON: ${(error as Error).message}`);
    }
  };
  return (
    <Dialog title={t`Make one`} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={t`Name`}>{(props) => <input {...props} name="name" required maxLength={100} />}</Field>
        <Field label={t`Definition`}>
          {(props) => (
            <select {...props} name="definition">
              {definitions.data?.map((definition) => (
                <option key={definition.Name}>{definition.Name}</option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label={t`When`}
          hint={t`Minute, hour, day, month, weekday, as cron has them, in ${timeZone()}; or @hourly, @daily, @weekly.`}
        >
          {(props) => <input {...props} name="cron" required defaultValue="30 2 * * *" className="code" />}
        </Field>
        <Field label={t`Parameters`} error={mistake}>
          {(props) => <textarea {...props} name="parameters" className="code" rows={4} spellCheck={false} />}
        </Field>
        <Problem error={make.error} />
        <p className="buttons">
          <button type="submit" className="primary" disabled={make.isPending}>{t`Save`}</button>
          <button type="button" onClick={onClose}>{t`Cancel`}</button>
        </p>
      </form>
    </Dialog>
  );
}
