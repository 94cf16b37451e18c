import type { Parameters } from 'fast-check';
import { RequestError } from '../../src/core/errors.ts';

/** How many inputs a fuzz test makes up: few in CI, 100,000 and more by hand (`BATCHLINE_FUZZ_RUNS=100000`). */
export const FUZZ_RUNS = Number(process.env.BATCHLINE_FUZZ_RUNS ?? 300);

/** The options of a fuzz test for `fc.assert`, and how long it may take in ms. `share` of the runs where each is dear. */
export function fuzzing(share = 1): { options: Parameters<unknown>; timeout: number } {
  const numRuns = Math.max(1, Math.ceil(FUZZ_RUNS * share));
  return { options: { numRuns }, timeout: 30_000 + 20 * numRuns };
}

/** What it returns, or the RequestError that it throws; any other error fails the test. */
export function refusalOr(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}
