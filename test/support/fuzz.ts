import type { Parameters } from 'fast-check';
import { RequestError } from '../../src/core/errors.ts';

/** Number of inputs of a fuzz test: few in CI, more in `npm run test:faults`, 100,000 by hand (`BATCHLINE_FUZZ_RUNS=100000`). */
export const FUZZ_RUNS = Number(process.env.BATCHLINE_FUZZ_RUNS ?? 100);

/** The number of runs of a property; `share` is less than 1 if a run is expensive. */
export function fuzzRuns(share = 1): number {
  return Math.max(1, Math.ceil(FUZZ_RUNS * share));
}

/** The options of a fuzz test for `fc.assert`, and its time limit in ms. */
export function fuzzing(share = 1): { options: Parameters<unknown>; timeout: number } {
  const numRuns = fuzzRuns(share);
  return { options: { numRuns }, timeout: 30_000 + 20 * numRuns };
}

/** Returns the result of the function, or the RequestError that it throws. Any other error fails the test. */
export function refusalOr(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}
