const DISK_FULL_STATES = /^(53100|ENOSPC|EDQUOT)$/;
/** What the embedded database says while its disk is full (`DiskGuard`); elsewhere it is said by a standby. */
const READ_ONLY = '25006';

/** Whether an error of the database means that its disk is full: what was asked has not been done. */
export function isDiskFull(error: unknown, isEmbedded: boolean): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as { code?: unknown }).code ?? '');
  return DISK_FULL_STATES.test(code) || (isEmbedded && code === READ_ONLY);
}
