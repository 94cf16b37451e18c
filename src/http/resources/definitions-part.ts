import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { CancellationBehaviour, type CancellationBehaviourName } from '../../core/cancellation.ts';
import type { Operation } from '../openapi/operation.ts';
import { AnyObject, DateTime, dictionary, nullable } from '../openapi/schemas.ts';

const tag = 'Definitions';

const LimitsSchema = Type.Object(
  {
    Concurrent: nullable(Type.Integer({ description: 'Runs at once' })),
    PerTenant: nullable(Type.Integer({ description: 'Runs at once of each tenant' })),
    Rate: nullable(Type.Object({ Runs: Type.Integer(), Seconds: Type.Number() })),
  },
  { title: 'Limits', description: 'null: there is none' },
);

const Definition = Type.Object(
  {
    Name: Type.String(),
    Description: Type.String(),
    Parameters: Type.Unsafe<Record<string, unknown>>({
      ...AnyObject,
      description: 'JSON Schema of its parameters',
    }),
    CancellationBehaviour: Type.Enum(Object.keys(CancellationBehaviour) as CancellationBehaviourName[]),
    Isolate: Type.String({ description: 'Where its runs are: process, thread or worker' }),
    Retries: Type.Integer(),
    LeaseSeconds: Type.Number(),
    LastSeen: nullable(Type.Unsafe<string>(DateTime)),
    Paused: Type.Boolean({ description: 'While it is paused its tasks wait' }),
    PausedBy: nullable(Type.Integer()),
    PausedAt: nullable(Type.Unsafe<string>(DateTime)),
    PausedReason: nullable(Type.String({ description: 'Why the server itself has paused it' })),
    Limits: LimitsSchema,
    LimitsAreSet: Type.Boolean({
      description: 'Somebody has set them, instead of those that the definition brings',
    }),
  },
  { title: 'Definition', description: 'What tasks can be started by' },
);

export const listDefinitionsOperation: Operation = {
  id: 'listDefinitions',
  access: ACCESS.readCommon,
  tag,
  summary: 'The definitions that tasks can be started by.',
  answers: { 200: Type.Array(Definition) },
};

export const getDefinitionOperation: Operation = {
  id: 'getDefinition',
  access: ACCESS.readCommon,
  tag,
  summary: 'One definition.',
  answers: { 200: Definition },
};

export const pauseDefinitionOperation: Operation = {
  id: 'pauseDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Pauses a definition: its tasks wait.',
  answers: { 200: Definition },
};

export const resumeDefinitionOperation: Operation = {
  id: 'resumeDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Resumes a definition.',
  answers: { 200: Definition },
};

export const limitDefinitionOperation: Operation = {
  id: 'limitDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Sets how many runs there may be at once, for each tenant, and in a period.',
  answers: { 200: Definition },
  examples: { request: { limits: { Concurrent: 4, PerTenant: 1, Rate: { Runs: 100, Seconds: 60 } } } },
};

export const unlimitDefinitionOperation: Operation = {
  id: 'unlimitDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: "Makes the definition's own limits count again.",
  answers: { 200: Definition },
};

const DefinitionChange = Type.Object(
  { At: DateTime, ActorId: Type.Integer(), Action: Type.String(), Limits: nullable(LimitsSchema) },
  { title: 'DefinitionChange' },
);

export const readDefinitionAuditOperation: Operation = {
  id: 'readDefinitionAudit',
  access: ACCESS.readAsServerAdministrator,
  tag,
  summary: 'Who has paused, resumed or limited a definition.',
  answers: { 200: Type.Array(DefinitionChange) },
};

const Retention = dictionary<string>(Type.String(), {
  title: 'Retention',
  description: 'By state, such as 30d; a state that is not there is kept',
});

export const getRetentionOperation: Operation = {
  id: 'getRetention',
  access: ACCESS.readCommon,
  tag,
  summary: 'How long its tasks are kept after their end, by state.',
  answers: { 200: Retention },
  examples: { answer: { default: { Succeeded: '30d', Failed: '90d' } } },
};

export const setRetentionOperation: Operation = {
  id: 'setRetention',
  access: ACCESS.administerServer,
  tag,
  summary: 'Sets it.',
  answers: { 200: Retention },
  examples: { request: { week: { Succeeded: '7d', Failed: 'never' } } },
};

export const resetRetentionOperation: Operation = {
  id: 'resetRetention',
  access: ACCESS.administerServer,
  tag,
  summary: 'Leaves it to the definition and the settings again.',
  answers: { 204: null },
};
