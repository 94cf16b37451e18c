import { readFileSync } from 'node:fs';

/** The memory of a process in bytes, according to Linux. */
export function memoryOf(pid: number | undefined): number {
  return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
