import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { api, make } from '../api/call.ts';
import type { Definition } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';

/** How many runs of a definition there may be, at once and in a period. */
export function LimitsDialog({
  definition: { Name, Limits, LimitsAreSet },
  onClose,
}: {
  definition: Definition;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: make<unknown>,
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: definitionsQuery.queryKey }),
  });
  const params = { path: { name: Name } };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const count = (name: string): number | null => {
      const text = String(form.get(name)).trim();
      return text === '' ? null : Number(text);
    };
    const [Runs, Seconds] = [count('runs'), count('seconds')];
    const body = {
      Concurrent: count('concurrent'),
      PerTenant: count('perTenant'),
      // Half a rate goes to the server too: it says what is missing.
      Rate: Runs === null && Seconds === null ? null : { Runs: Runs as number, Seconds: Seconds as number },
    };
    change.mutate(() => api.PUT('/api/v1/Definitions/{name}/Limits', { params, body }));
  };
  const title = t`Limits of ${Name}`;
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <p className="hint">{t`What is empty is not limited.`}</p>
        <Field label={t`Runs at once`}>
          {(props) => (
            <input
              {...props}
              name="concurrent"
              type="number"
              min={1}
              defaultValue={Limits.Concurrent ?? ''}
            />
          )}
        </Field>
        <Field label={t`Runs at once of one tenant`}>
          {(props) => (
            <input {...props} name="perTenant" type="number" min={1} defaultValue={Limits.PerTenant ?? ''} />
          )}
        </Field>
        <Field label={t`Runs that begin in a period`}>
          {(props) => (
            <input {...props} name="runs" type="number" min={1} defaultValue={Limits.Rate?.Runs ?? ''} />
          )}
        </Field>
        <Field label={t`Length of the period in seconds`}>
          {(props) => (
            <input
              {...props}
              name="seconds"
              type="number"
              min={0}
              step="any"
              defaultValue={Limits.Rate?.Seconds ?? ''}
            />
          )}
        </Field>
        <Problem error={change.error} />
        <p className="buttons">
          <button type="submit" className="primary" disabled={change.isPending}>{t`Save`}</button>
          {LimitsAreSet && (
            <button
              type="button"
              onClick={() => change.mutate(() => api.DELETE('/api/v1/Definitions/{name}/Limits', { params }))}
            >
              {t`As the definition has them`}
            </button>
          )}
          <button type="button" onClick={onClose}>{t`Cancel`}</button>
        </p>
      </form>
    </Dialog>
  );
}
