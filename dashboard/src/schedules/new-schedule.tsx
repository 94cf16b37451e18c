import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answer, api } from '../api/call.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { Field } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { InputError } from '../parts/problem.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';

/** Creates a schedule in the time zone of this browser. */
export function NewSchedule({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const definitions = useQuery(definitionsQuery);
  const create = async (form: FormData): Promise<void> => {
    const parameters = String(form.get('ParameterObject')).trim();
    const body = {
      Name: String(form.get('Name')),
      Definition: String(form.get('Definition')),
      Cron: String(form.get('Cron')),
      TimeZone: timeZone(),
      ...(parameters === '' ? {} : { ParameterObject: parse(parameters) }),
    };
    await answer(api.POST('/api/v1/Schedules', { body })).finally(() =>
      queries.invalidateQueries({ queryKey: ['schedules'] }),
    );
  };
  const parse = (text: string) => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new InputError(t`Invalid JSON: ${(error as Error).message}`, 'ParameterObject');
    }
  };
  return (
    <FormDialog title={t`New schedule`} submit={t`Create`} save={create} onClose={onClose}>
      <Field name="Name" label={t`Name`}>
        {(props) => <input {...props} required maxLength={100} />}
      </Field>
      <Field name="Definition" label={t`Definition`}>
        {(props) => (
          <select {...props}>
            {definitions.data?.map((definition) => (
              <option key={definition.Name}>{definition.Name}</option>
            ))}
          </select>
        )}
      </Field>
      <Field
        name="Cron"
        label={t`Schedule`}
        hint={t`Cron: minute, hour, day, month, weekday, in ${timeZone()}; or @hourly, @daily, @weekly.`}
      >
        {(props) => <input {...props} required defaultValue="30 2 * * *" className="code" />}
      </Field>
      <Field
        name="ParameterObject"
        label={t`Parameters`}
        hint={t`A JSON object. Leave empty for the defaults.`}
      >
        {(props) => <textarea {...props} className="code" rows={4} spellCheck={false} />}
      </Field>
    </FormDialog>
  );
}
