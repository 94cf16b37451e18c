/** The result of several rounds. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A report: figures by subject, and results that compare them or have a target. */
export interface Report {
  readonly title: string;
  readonly unit: string;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly results: readonly Result[];
}

/** A ratio of two measurements, computed per round, or another result, with an optional target. */
export interface Result {
  readonly name: string;
  readonly figure: Figure;
  readonly target?: Target | undefined;
}

/** The bound of a median. */
export type Target = {
  /** The line in the table of targets; results that share a line are shown by the one closest to missing its target. */
  readonly row: string;
} & ({ readonly min: number } | { readonly max: number });

/** Values by subject, one per round. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

/** Work among ten million tasks may take 1.3 times as long as among ten thousand. */
export const MIN_BY_HISTORY = 0.77;

/** Median, minimum and maximum of the values. */
export function figureOf(values: readonly number[]): Figure {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
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
export function ratioOf(rounds: Rounds, of: string, to: string, target?: Target): Result {
  const divisors = rounds[to] ?? [];
  const ratios = (rounds[of] ?? []).map((value, round) => value / (divisors[round] ?? Number.NaN));
  return { name: `${of} / ${to}`, figure: figureOf(ratios), target };
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
