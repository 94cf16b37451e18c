import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { hasEnded } from '../../../src/core/task-state.ts';
import { answer, api } from '../api/call.ts';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { useTexts } from '../texts.tsx';

/** The result file of an ended task with its size, to download; nothing without one. */
export function ResultFile({
  task: { Id, FileName, State, StartCount },
}: {
  task: BatchTaskInfo;
}): ReactNode {
  const { t, locale } = useTexts();
  const hasFile = FileName !== '' && hasEnded(State);
  const { data: bytes } = useQuery({
    queryKey: ['file-size', Id, StartCount, State, FileName],
    queryFn: async ({ signal }) => {
      const call = api.HEAD('/api/v1/BatchTask/{id}/File', { params: at(Id), signal });
      await answer(call);
      return Number((await call).response.headers.get('Content-Length') ?? Number.NaN);
    },
    enabled: hasFile,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!hasFile) return null;
  return (
    <section className="panel">
      <h2>{t`File`}</h2>
      <p>
        <a href={`/api/v1/BatchTask/${Id}/File`} download={FileName}>
          {t`Download ${FileName}`}
        </a>{' '}
        {bytes !== undefined && <span className="dim">{sizeText(bytes, locale)}</span>}
      </p>
    </section>
  );
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Returns a size in the largest unit in which it is at least one. */
function sizeText(bytes: number, locale: string): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[power],
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumSignificantDigits: Math.max(3, String(Math.floor(bytes / 1000 ** power)).length),
  }).format(bytes / 1000 ** power);
}
