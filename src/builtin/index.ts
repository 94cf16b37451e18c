import type { TaskDefinition } from '../sdk/define-task.ts';
import { countdown } from './countdown.ts';
import { csvImport } from './csv-import.ts';
import { httpRequests } from './http-requests.ts';
import { tableExport } from './table-export.ts';

export { countdown, csvImport, httpRequests, tableExport };

/** The definitions that come with the server. */
export const BUILTIN_DEFINITIONS: readonly TaskDefinition[] = [
  countdown,
  csvImport,
  httpRequests,
  tableExport,
];
