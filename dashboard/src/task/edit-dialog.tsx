import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ALLOWED_TRANSITIONS } from '../../../src/core/task-state.ts';
import { answer, api, Refused } from '../api/call.ts';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { Field } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { InputError } from '../parts/problem.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';

type Editable = 'State' | 'Description' | 'Request' | 'Response';

/** The fields that FieldProperties let this person change. */
export function editableFields(task: BatchTaskInfo): Editable[] {
  return (['State', 'Description', 'Request', 'Response'] as const).filter((name) =>
    /Write|Update|FULL/.test(task.FieldProperties[name]?.FieldRight.Mask ?? ''),
  );
}

/** Changes a task's fields. If someone else has changed the task meanwhile, nothing is saved and the form stays open. */
export function EditDialog({
  task,
  etag,
  onClose,
}: {
  task: BatchTaskInfo;
  etag: string | null;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const stateName = useStateName();
  const queries = useQueryClient();
  // The values and the version from when the form was opened; later answers don't change them.
  const [opened] = useState({ task, etag });
  const [isOutdated, setOutdated] = useState(false);
  const fields = editableFields(opened.task);
  const save = async (form: FormData): Promise<void> => {
    const changed = fields.filter((name) => String(form.get(name)) !== opened.task[name]);
    const body = Object.fromEntries(changed.map((name) => [name, String(form.get(name))]));
    const ifMatch = isOutdated ? etag : opened.etag;
    const header = ifMatch === null ? {} : { header: { 'If-Match': ifMatch } };
    try {
      await answer(api.PUT('/api/v1/BatchTask/{id}', { params: { ...at(task.Id), ...header }, body }));
    } catch (error) {
      if (!(error instanceof Refused && error.status === 412)) throw error;
      setOutdated(true);
      throw new InputError(
        t`The task has changed in the meantime, and nothing was saved. Save again to overwrite it.`,
      );
    } finally {
      void queries.invalidateQueries({ queryKey: ['task', task.Id] });
    }
  };
  const labels = {
    State: t`State`,
    Description: t`Description`,
    Request: t`Request`,
    Response: t`Response`,
  } as const;
  return (
    <FormDialog title={t`Edit task ${task.Id}`} save={save} onClose={onClose}>
      {fields.map((name) => (
        <Field key={name} name={name} label={labels[name]}>
          {(props) =>
            name === 'State' ? (
              <select {...props} defaultValue={opened.task.State}>
                {[opened.task.State, ...ALLOWED_TRANSITIONS[opened.task.State]].map((state) => (
                  <option key={state} value={state}>
                    {stateName(state)}
                  </option>
                ))}
              </select>
            ) : (
              <textarea
                {...props}
                rows={2}
                defaultValue={opened.task[name]}
                maxLength={opened.task.FieldProperties[name]?.FieldLength}
              />
            )
          }
        </Field>
      ))}
    </FormDialog>
  );
}
