import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { listedStateOf } from '../../../src/core/odata/listed-state.ts';
import type { TaskRow } from '../api/carriers.ts';
import { type ListOptions, listTasks, nextPage } from '../api/tasks.ts';
import { toCsv } from '../csv.ts';
import { download } from '../download.ts';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useTimes } from '../times.ts';

/** Maximum number of exported tasks; the definition table-export has no limit. */
const MAX_TASKS = 100_000;
const PAGE = '500';

/** The columns of the file, with the names of the API. */
const COLUMNS: Readonly<Record<string, (row: TaskRow, owner: string) => string | number>> = {
  Id: ({ batchTaskId }) => batchTaskId,
  Name: ({ name }) => name,
  State: ({ state, stopped }) => listedStateOf(state, stopped),
  Owner: (_, owner) => owner,
  Created: ({ registeredDate }) => iso(registeredDate),
  LastStarted: ({ lastStarted }) => iso(lastStarted),
  Updated: ({ updatedDate }) => iso(updatedDate),
  StartCount: ({ startCount }) => startCount,
  ProgressPercent: ({ progressPercent }) => progressPercent,
  ProgressDescription: ({ progressDescription }) => progressDescription,
  Description: ({ description }) => description,
  Result: ({ result }) => result ?? '',
};

function iso(text: string): string {
  const time = readTime(text);
  return time === undefined ? '' : new Date(time).toISOString();
}

/** Downloads the tasks of the view as a CSV file, which the page makes from the pages of the list. */
export function ExportButton({
  options,
  nameOf,
}: {
  /** The filter, order and columns of the view. */
  options: ListOptions;
  nameOf: (associateId: number) => string;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const [count, setCount] = useState(0);
  const reading = useRef(new AbortController());
  useEffect(() => () => reading.current.abort(), []);
  const save = useMutation({
    mutationFn: async (signal: AbortSignal) => {
      const lines: (readonly (string | number)[])[] = [Object.keys(COLUMNS)];
      let next: ListOptions | undefined = { ...options, $select: `${options.$select},result`, $top: PAGE };
      while (next !== undefined && lines.length <= MAX_TASKS) {
        const page = await listTasks(next, signal);
        for (const row of page.value)
          lines.push(Object.values(COLUMNS).map((column) => column(row, nameOf(row.associateId))));
        setCount(lines.length - 1);
        next = nextPage(page);
      }
      const name = `batchline-tasks-${new Date().toISOString().slice(0, 10)}.csv`;
      // The byte order mark makes spreadsheets read UTF-8.
      download(name, `\uFEFF${toCsv(lines)}`, 'text/csv');
      return { isCut: next !== undefined };
    },
    onMutate: () => setCount(0),
  });
  const start = (): void => {
    reading.current = new AbortController();
    save.mutate(reading.current.signal);
  };
  const isCancelled = save.error?.name === 'AbortError';
  return (
    <>
      {save.isPending ? (
        <button type="button" className="quiet" onClick={() => reading.current.abort()}>
          {t`Cancel the export (${number(count)})`}
        </button>
      ) : (
        <button type="button" className="quiet" onClick={start}>{t`Export as CSV`}</button>
      )}
      <span className="hidden" role="status">
        {save.isSuccess ? t`${number(count)} tasks exported.` : ''}
      </span>
      {save.data?.isCut && (
        <p className="problem" role="alert">
          {t`Only the first ${number(count)} tasks were exported. Start ${'table-export'} to export all.`}
        </p>
      )}
      {!isCancelled && <Problem error={save.error} />}
    </>
  );
}
