import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answer, api } from '../api/call.ts';
import type { Definition } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { Field } from '../parts/field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useTexts } from '../texts.tsx';

/** Sets how many runs of a definition there may be at once and in a period. */
export function LimitsDialog({
  definition: { Name, Limits, LimitsAreSet },
  onClose,
}: {
  definition: Definition;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const params = { path: { name: Name } };
  const save = (form: FormData): Promise<unknown> => {
    const count = (name: string): number | null => {
      const text = String(form.get(name)).trim();
      return text === '' ? null : Number(text);
    };
    const [Runs, Seconds] = [count('Runs'), count('Seconds')];
    const body = {
      Concurrent: count('Concurrent'),
      PerTenant: count('PerTenant'),
      // Half a rate is sent too; the server says what is missing.
      Rate: Runs === null && Seconds === null ? null : { Runs: Runs as number, Seconds: Seconds as number },
      Weights: Limits.Weights,
    };
    const call = form.has('reset')
      ? api.DELETE('/api/v1/Definitions/{name}/Limits', { params })
      : api.PUT('/api/v1/Definitions/{name}/Limits', { params, body });
    return answer(call).finally(() => queries.invalidateQueries({ queryKey: definitionsQuery.queryKey }));
  };
  const reset = LimitsAreSet && (
    <button type="submit" name="reset" formNoValidate>{t`Reset to the definition’s limits`}</button>
  );
  return (
    <FormDialog title={t`Limits of ${Name}`} save={save} more={reset} onClose={onClose}>
      <p className="hint">{t`Leave empty for no limit.`}</p>
      <Field name="Concurrent" label={t`Concurrent runs`}>
        {(props) => <input {...props} type="number" min={1} defaultValue={Limits.Concurrent ?? ''} />}
      </Field>
      <Field name="PerTenant" label={t`Concurrent runs per tenant`}>
        {(props) => <input {...props} type="number" min={1} defaultValue={Limits.PerTenant ?? ''} />}
      </Field>
      <Field name="Runs" label={t`Runs per period`}>
        {(props) => <input {...props} type="number" min={1} defaultValue={Limits.Rate?.Runs ?? ''} />}
      </Field>
      <Field name="Seconds" label={t`Length of the period in seconds`}>
        {(props) => (
          <input {...props} type="number" min={0} step="any" defaultValue={Limits.Rate?.Seconds ?? ''} />
        )}
      </Field>
    </FormDialog>
  );
}
