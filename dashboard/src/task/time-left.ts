/** The progress of a run at a time. */
export interface Sample {
  readonly at: number;
  readonly percent: number;
}

/** Maximum age of the samples that the speed is computed from, in milliseconds. */
const WINDOW = 120_000;
/** Minimum time and progress between two samples to compute a speed. */
const LEAST = { milliseconds: 3000, percent: 1 };

/** Adds a sample. Lower progress belongs to another run, so the samples start over. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.percent < last.percent) return [sample];
  if (last !== undefined && sample.percent === last.percent) return samples;
  return [...samples.filter((each) => each.at > sample.at - WINDOW), sample];
}

/**
 * Estimates the time left from the observed speed, in milliseconds.
 *
 * @param began a sample of the start of the run, used if there are too few samples
 * @returns `undefined` if there is too little data
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
