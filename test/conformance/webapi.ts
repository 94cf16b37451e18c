import { createRequire } from 'node:module';

/** The unmodified client of SuperOffice. */
export type WebApi = typeof import('@superoffice/webapi', { with: { 'resolution-mode': 'require' }});

const require = createRequire(import.meta.url);

// The client's ESM build imports its own files without extensions, which Node does not resolve; this is its other one.
const newest = require('@superoffice/webapi') as WebApi;

/** The releases of the client that are tried, with the version that each is. The older one's calls here are the same. */
export const CLIENTS: readonly (readonly [version: string, client: WebApi])[] = [
  ['12.4.1514', newest],
  ['10.2.9', require('superoffice-webapi-10') as WebApi],
];

export const {
  ArchiveAgent,
  BatchAgent,
  BatchTaskCancellationBehaviour,
  BatchTaskState,
  ContactRestApi,
  EFieldRight,
  ETableRight,
} = newest;

/** The client's agent. */
export type Agent = InstanceType<WebApi['BatchAgent']>;

/** The client's carrier. */
export type BatchTaskInfo = Awaited<ReturnType<Agent['getBatchTaskInfoAsync']>>;
