/** Whether the database refused the data itself (SQLSTATE class 22), so that no retry helps. */
export function isDataException(error: unknown): boolean {
  return String((error as { code?: unknown }).code ?? '').startsWith('22');
}
