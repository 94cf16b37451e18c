import { createRequire } from 'node:module';

/** The unmodified client of SuperOffice. */
type WebApi = typeof import('@superoffice/webapi', { with: { 'resolution-mode': 'require' }});

// The client's ESM build imports its own files without extensions, which Node does not resolve; this is its other one.
export const {
  BatchAgent,
  BatchTaskCancellationBehaviour,
  BatchTaskState,
  ContactRestApi,
  EFieldRight,
  ETableRight,
} = createRequire(import.meta.url)('@superoffice/webapi') as WebApi;

/** The client's agent. */
export type Agent = InstanceType<WebApi['BatchAgent']>;

/** The client's carrier. */
export type BatchTaskInfo = Awaited<ReturnType<Agent['getBatchTaskInfoAsync']>>;
