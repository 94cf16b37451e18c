import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { LEGAL_MOVES } from '../../../src/domain/task-state.ts';
import { answer, api, Refused } from '../api/call.ts';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useStateName } from '../parts/state-mark.tsx';
import { useTexts } from '../texts.tsx';

type Editable = 'State' | 'Description' | 'Request' | 'Response';

/** The fields that FieldProperties let this person change. */
export function editableFields(task: BatchTaskInfo): Editable[] {
  return (['State', 'Description', 'Request', 'Response'] as const).filter((name) =>
    /Write|Update|FULL/.test(task.FieldProperties[name]?.FieldRight.Mask ?? ''),
  );
}

/** Changes a task's fields. Where somebody else was faster nothing is written, and the form stays. */
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
  // What was there when the form was opened: the answers that come meanwhile change neither it nor its version.
  const [opened] = useState({ task, etag });
  const fields = editableFields(opened.task);
  const save = useMutation({
    mutationFn: ({ body, ifMatch }: { body: Record<string, string>; ifMatch: string | null }) =>
      answer(
        api.PUT('/api/v1/BatchTask/{id}', {
          params: { ...at(task.Id), ...(ifMatch === null ? {} : { header: { 'If-Match': ifMatch } }) },
          body,
        }),
      ),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: ['task', task.Id] }),
  });
  const isOutdated = save.error instanceof Refused && save.error.status === 412;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const changed = fields.filter((name) => String(form.get(name)) !== opened.task[name]);
    const body = Object.fromEntries(changed.map((name) => [name, String(form.get(name))]));
    save.mutate({ body, ifMatch: isOutdated ? etag : opened.etag });
  };
  const labels = {
    State: t`State`,
    Description: t`Description`,
    Request: t`Request`,
    Response: t`Response`,
  } as const;
  return (
    <Dialog title={t`Edit task ${task.Id}`} onClose={onClose}>
      <form onSubmit={submit}>
        {fields.map((name) => (
          <Field key={name} label={labels[name]}>
            {(props) =>
              name === 'State' ? (
                <select {...props} name={name} defaultValue={opened.task.State}>
                  {[opened.task.State, ...LEGAL_MOVES[opened.task.State]].map((state) => (
                    <option key={state} value={state}>
                      {stateName(state)}
                    </option>
                  ))}
                </select>
              ) : (
                <textarea
                  {...props}
                  name={name}
                  rows={2}
                  defaultValue={opened.task[name]}
                  maxLength={opened.task.FieldProperties[name]?.FieldLength}
                />
              )
            }
          </Field>
        ))}
        {isOutdated ? (
          <p className="problem" role="alert">
            {t`The task has changed meanwhile, and nothing was written. Save again to write your texts over it.`}
          </p>
        ) : (
          <Problem error={save.error} />
        )}
        <p className="buttons">
          <button type="submit" className="primary" disabled={save.isPending}>{t`Save`}</button>
          <button type="button" onClick={onClose}>{t`Cancel`}</button>
        </p>
      </form>
    </Dialog>
  );
}
