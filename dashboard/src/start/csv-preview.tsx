import type { ReactNode } from 'react';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import type { CsvProposal } from './csv-proposal.ts';

/** Number of rows that the preview shows. */
const ROWS = 5;

/** The first rows of a CSV file with the proposed columns. */
export function CsvPreview({
  proposal,
  onUse,
}: {
  proposal: CsvProposal;
  /** Replaces the columns of the form; undefined if they are those of the proposal. */
  onUse: (() => void) | undefined;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const { header, rows, columns, delimiter, encoding } = proposal;
  const sourceOf = (column: (typeof columns)[number]): string => column.source ?? column.name;
  const shown = columns.map((column) => ({ ...column, index: header.indexOf(sourceOf(column)) }));
  return (
    <section className="preview" aria-label={t`Preview`}>
      <p role="status">
        {t`Recognised columns: ${number(columns.length)}. Separator: ${nameOf(delimiter)}. Encoding: ${encoding}. The types fit the first ${number(rows.length)} rows.`}{' '}
        {encoding !== 'UTF-8' && t`The file is uploaded in UTF-8.`}
      </p>
      <ScrollBox label={t`First rows`} className="panel">
        <table>
          <thead>
            <tr>
              {shown.map(({ name, type }) => (
                <th key={name} scope="col">
                  {name} <span className="dim">{type}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity
              <tr key={index}>
                {shown.map(({ name, index: place }) => (
                  <td key={name}>{row[place]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {onUse !== undefined && (
        <button type="button" onClick={onUse}>
          {t`Use the recognised columns`}
        </button>
      )}
    </section>
  );
}

const nameOf = (delimiter: string): string => (delimiter === '\t' ? 'Tab' : delimiter);
