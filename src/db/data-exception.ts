/** SQLSTATEs of data exceptions (22), violated constraints (23) and exceeded program limits (54). */
const BAD_DATA = /^(?:22|23|54)/;

/** Returns whether the database rejects the data, so that no retry helps. */
export function isDataException(error: unknown): boolean {
  return BAD_DATA.test(String((error as { code?: unknown }).code ?? ''));
}
