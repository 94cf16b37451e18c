import type { Figure, Report, Result, Target } from './figures.ts';

/** The report as a table of plain text. */
export function tableOf(report: Report): string {
  const rows = [
    ['', report.unit, 'min', 'max'],
    ...Object.entries(report.figures).map(([name, figure]) => cells(name, figure)),
    ...report.results.map(({ name, figure, target }) => [
      ...cells(name, figure),
      target === undefined
        ? ''
        : `target ${boundOf(target)}: ${isReached(figure, target) ? 'reached' : 'MISSED'}`,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [report.title, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** A Markdown table of all results with a target. Empty if there is none. */
export function targetTable(reports: readonly Report[]): string {
  const results = reports.flatMap((report) => report.results.filter(hasTarget));
  const byRow = Map.groupBy(results, ({ target }) => target.row);
  const lines = [...byRow].map(([row, all]) => {
    const worst = all.reduce((a, b) => (marginOf(b) < marginOf(a) ? b : a));
    const { median, min, max } = worst.figure;
    const missed = all.filter(({ figure, target }) => !isReached(figure, target)).length;
    const [which, count] =
      all.length > 1 ? [`, worst of ${all.length}: ${worst.name}`, ` by ${missed}`] : ['', ''];
    const measured = `${numberOf(median)} (${numberOf(min)}–${numberOf(max)})`;
    const verdict = missed === 0 ? 'reached' : `**missed**${count}`;
    return `| ${row}${which} | ${measured} | ${boundOf(worst.target)} | ${verdict} |`;
  });
  if (lines.length === 0) return '';
  return ['| | median (min–max) | target | |', '|---|---:|---:|---|', ...lines].join('\n');
}

type WithTarget = Result & { readonly target: Target };

function hasTarget(result: Result): result is WithTarget {
  return result.target !== undefined;
}

/** The distance to the target as a factor: below 1 if it is missed. */
function marginOf({ figure, target }: WithTarget): number {
  return 'min' in target ? figure.median / target.min : target.max / figure.median;
}

function isReached({ median }: Figure, target: Target): boolean {
  return 'min' in target ? median >= target.min : median <= target.max;
}

function boundOf(target: Target): string {
  return 'min' in target ? `≥ ${numberOf(target.min)}` : `≤ ${numberOf(target.max)}`;
}

function cells(name: string, { median, min, max }: Figure): string[] {
  return [name, numberOf(median), numberOf(min), numberOf(max)];
}

function numberOf(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toFixed(2)));
}
