/** `create … if not exists` still fails where two processes create it in the same moment; then it exists. */
export function ignoreConcurrentCreate(error: unknown): void {
  const code = (error as { code?: unknown }).code;
  if (code !== '23505' && code !== '42P06' && code !== '42P07') throw error;
}
