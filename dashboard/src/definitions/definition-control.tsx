import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api } from '../api/call.ts';
import type { Definition } from '../api/carriers.ts';
import { definitionsQuery } from '../api/definitions.ts';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { LimitsDialog } from './limits-dialog.tsx';

/** Whether a definition has any limit. */
export function isLimited({ Limits: { Concurrent, PerTenant, Rate } }: Definition): boolean {
  return Concurrent !== null || PerTenant !== null || Rate !== null;
}

/** Buttons that pause or resume a definition and set its limits. */
export function DefinitionControl({ definition }: { definition: Definition }): ReactNode {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [isLimiting, setLimiting] = useState(false);
  const { Name: name, Paused: isPaused } = definition;
  const pause = useMutation({
    mutationFn: () => {
      const params = { path: { name } };
      return answer(
        isPaused
          ? api.POST('/api/v1/Definitions/{name}/Resume', { params })
          : api.POST('/api/v1/Definitions/{name}/Pause', { params }),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: definitionsQuery.queryKey }),
  });
  return (
    <>
      <button
        type="button"
        aria-label={isPaused ? t`Resume ${name}` : t`Pause ${name}`}
        disabled={pause.isPending}
        onClick={() => pause.mutate()}
      >
        {isPaused ? t`Resume` : t`Pause`}
      </button>
      <button type="button" aria-label={t`Limits of ${name}`} onClick={() => setLimiting(true)}>
        {t`Limits`}
      </button>
      <Problem error={pause.error} />
      {isLimiting && <LimitsDialog definition={definition} onClose={() => setLimiting(false)} />}
    </>
  );
}
