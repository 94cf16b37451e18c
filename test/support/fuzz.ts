import type { Parameters } from 'fast-check';
import { RequestError } from '../../src/core/errors.ts';

/** Number of inputs per fuzz test: few in CI, 100,000 or more by hand (`BATCHLINE_FUZZ_RUNS=100000`). */
export const FUZZ_RUNS = Number(process.env.BATCHLINE_FUZZ_RUNS ?? 300);

/** Options of a fuzz test for `fc.assert`, and its timeout in ms. `share` reduces the runs if each is expensive. */
export function fuzzing(share = 1): { options: Parameters<unknown>; timeout: number } {
  const numRuns = Math.max(1, Math.ceil(FUZZ_RUNS * share));
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
