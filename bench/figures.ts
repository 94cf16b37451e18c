/** The result of several rounds. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** A report: results by subject, and ratios by comparison. */
export interface Report {
  readonly title: string;
  readonly unit: string;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly ratios: readonly Ratio[];
}

/** A ratio of two measurements, computed per round, with an optional target. */
export interface Ratio {
  readonly of: string;
  readonly to: string;
  readonly figure: Figure;
  readonly aim: number | undefined;
}

/** Values by subject, one per round. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

/** Work among ten million tasks may take 1.3 times as long as among ten thousand. */
export const AIM_BY_HISTORY = 1 / 1.3;

/** Median, minimum and maximum of the values. */
export function figureOf(values: readonly number[]): Figure {
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) };
}

/** The quantile of the values, interpolated linearly. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place % 1);
}

/** The ratio of two measurements by round, so that anything that slows down a whole round cancels out. */
export function ratioOf(rounds: Rounds, of: string, to: string, aim?: number): Ratio {
  const divisors = rounds[to] ?? [];
  const ratios = (rounds[of] ?? []).map((value, round) => value / (divisors[round] ?? Number.NaN));
  return { of, to, figure: figureOf(ratios), aim };
}

/** The results of all subjects. */
export function figuresOf(rounds: Rounds): Record<string, Figure> {
  return Object.fromEntries(Object.entries(rounds).map(([name, values]) => [name, figureOf(values)]));
}

/** Runs every measurement once per round, in an order that rotates from round to round. */
export async function interleave(
  count: number,
  measurements: Readonly<Record<string, () => Promise<number>>>,
): Promise<Rounds> {
  const names = Object.keys(measurements);
  const rounds: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length] ?? '';
      const value = await measurements[name]?.();
      if (value !== undefined) rounds[name]?.push(value);
    }
  }
  return rounds;
}

/** The report as a table. */
export function tableOf(report: Report): string {
  const rows = [
    ['', report.unit, 'least', 'most'],
    ...Object.entries(report.figures).map(([name, figure]) => cells(name, figure, 0)),
    ...report.ratios.map(({ of, to, figure, aim }) => [
      ...cells(`${of} / ${to}`, figure, 2),
      aim === undefined ? '' : `aim ${aim}: ${figure.median >= aim ? 'reached' : 'MISSED'}`,
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

function cells(name: string, { median, least, most }: Figure, decimals: number): string[] {
  const number = (value: number): string =>
    value >= 100
      ? Math.round(value).toLocaleString('en')
      : value.toFixed(Math.max(decimals, value < 10 ? 2 : 0));
  return [name, number(median), number(least), number(most)];
}
