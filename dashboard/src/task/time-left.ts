/** How far a run was at a moment. */
export interface Sample {
  readonly at: number;
  readonly percent: number;
}

/** Samples older than this say little of how fast a run is now, in milliseconds. */
const WINDOW = 120_000;
/** A speed is told when it is of so much time and progress. */
const LEAST = { milliseconds: 3000, percent: 1 };

/** Adds a sample; one that goes back is of another run, which begins anew. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.percent < last.percent) return [sample];
  if (last !== undefined && sample.percent === last.percent) return samples;
  return [...samples.filter((each) => each.at > sample.at - WINDOW), sample];
}

/**
 * How long a run still takes at the speed that it was seen to have, in milliseconds.
 *
 * @param began a sample of its begin, which counts where too little was seen
 * @returns `undefined` where nothing can be said
 */
export function timeLeft(
  samples: readonly Sample[],
  began: Sample | undefined,
  now: number,
): number | undefined {
  const last = samples.at(-1);
  if (last === undefined || last.percent <= 0) return undefined;
  const seen = samples[0] === last ? undefined : samples[0];
  const from = [seen, began].find(
    (each) =>
      each !== undefined &&
      last.at - each.at >= LEAST.milliseconds &&
      last.percent - each.percent >= LEAST.percent,
  );
  if (from === undefined) return undefined;
  const perPercent = (last.at - from.at) / (last.percent - from.percent);
  return Math.max(0, last.at + perPercent * (100 - last.percent) - now);
}
