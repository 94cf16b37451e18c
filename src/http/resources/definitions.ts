import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import {
  type DefinitionLimits,
  INT32_MAX,
  MAX_PERIOD_SECONDS,
  MAX_WEIGHT,
  MAX_WEIGHTS,
} from '../../core/limits.ts';
import { messageOf, plainOf } from '../../core/message.ts';
import { formatRetention, type RetentionRules, readRules } from '../../core/retention.ts';
import { CancellationBehaviour, type CancellationBehaviourName } from '../../core/task.ts';
import type { TaskDeps } from '../../services/access.ts';
import {
  type ControlledDefinition,
  limitDefinition,
  pauseDefinition,
  readDefinition,
  readDefinitionHistory,
  readDefinitions,
} from '../../services/definitions.ts';
import { type RetentionDeps, readRetention, resetRetention, setRetention } from '../../services/retention.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { AnyObject, DateTime, dictionary, nullable, type Operation } from '../openapi/operation.ts';

const tag = 'Definitions';

const LimitsSchema = Type.Object(
  {
    Concurrent: nullable(Type.Integer({ description: 'Maximum number of concurrent runs' })),
    PerTenant: nullable(Type.Integer({ description: 'Maximum number of concurrent runs per tenant' })),
    Rate: nullable(
      Type.Object(
        { Runs: Type.Integer(), Seconds: Type.Number() },
        { description: 'Maximum number of runs that start per period' },
      ),
    ),
    Weights: nullable(
      dictionary<number>(Type.Integer(), {
        description: 'Weights of tenants in the order of starts; 1 for others',
      }),
    ),
  },
  { title: 'Limits', description: 'The limits of a definition; null means no limit' },
);

const Definition = Type.Object(
  {
    Name: Type.String(),
    Description: Type.String(),
    Parameters: Type.Unsafe<Record<string, unknown>>({
      ...AnyObject,
      description: 'JSON Schema of the parameters',
    }),
    CancellationBehaviour: Type.Enum(Object.keys(CancellationBehaviour) as CancellationBehaviourName[]),
    Isolate: Type.String({ description: 'The place of its runs: inline, thread or worker' }),
    Retries: Type.Integer({ description: 'Maximum number of retries after failures' }),
    LeaseSeconds: Type.Number({ description: 'The lease duration of its runs' }),
    LastSeen: Type.Union([Type.Unsafe<string>(DateTime), Type.Null()], {
      description: 'When a worker last asked for its tasks; null if it runs in the server',
    }),
    Paused: Type.Boolean({ description: 'While a definition is paused, its tasks wait' }),
    PausedBy: nullable(Type.Integer({ description: 'The associate who paused it' })),
    PausedAt: nullable(Type.Unsafe<string>(DateTime)),
    PausedReason: nullable(Type.String({ description: 'Why the server paused it; null if a person did' })),
    Limits: LimitsSchema,
    LimitsAreSet: Type.Boolean({
      description: 'true if the limits were set through the API and override those of the definition',
    }),
    LimitsBy: nullable(Type.Integer({ description: 'The associate who set or reset the limits last' })),
    LimitsAt: nullable(DateTime),
  },
  { title: 'Definition', description: 'A task definition' },
);

const listDefinitionsOperation: Operation = {
  id: 'listDefinitions',
  access: ACCESS.readCommon,
  tag,
  summary: 'Lists the task definitions.',
  responses: { 200: Type.Array(Definition) },
};

const getDefinitionOperation: Operation = {
  id: 'getDefinition',
  access: ACCESS.readCommon,
  tag,
  summary: 'Returns one definition.',
  responses: { 200: Definition },
};

const pauseDefinitionOperation: Operation = {
  id: 'pauseDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Pauses a definition; its tasks wait.',
  responses: { 200: Definition },
};

const resumeDefinitionOperation: Operation = {
  id: 'resumeDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Resumes a definition.',
  responses: { 200: Definition },
};

const limitDefinitionOperation: Operation = {
  id: 'limitDefinition',
  access: ACCESS.administerServer,
  tag,
  summary:
    'Limits the concurrent runs, those of each tenant, and the runs per period; sets the weights of tenants.',
  responses: { 200: Definition },
  examples: {
    request: {
      limits: {
        Concurrent: 4,
        PerTenant: 1,
        Rate: { Runs: 100, Seconds: 60 },
        Weights: { Cust12345: 3 },
      },
    },
  },
};

const unlimitDefinitionOperation: Operation = {
  id: 'unlimitDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: "Resets the limits to the definition's own.",
  responses: { 200: Definition },
};

const DefinitionChange = Type.Object(
  { At: DateTime, ActorId: Type.Integer(), Action: Type.String(), Limits: nullable(LimitsSchema) },
  { title: 'DefinitionChange' },
);

const readDefinitionAuditOperation: Operation = {
  id: 'readDefinitionAudit',
  access: ACCESS.readAsServerAdministrator,
  tag,
  summary: 'Lists who paused, resumed or limited a definition.',
  responses: { 200: Type.Array(DefinitionChange) },
};

const Retention = dictionary<string>(Type.String(), {
  title: 'Retention',
  description: 'Retention periods by state, such as 30d. Tasks in states that are absent are kept',
});

const getRetentionOperation: Operation = {
  id: 'getRetention',
  access: ACCESS.readCommon,
  tag,
  summary: 'Returns how long tasks of a definition are kept after they end, by state.',
  responses: { 200: Retention },
  examples: { response: { default: { Succeeded: '30d', Failed: '90d' } } },
};

const setRetentionOperation: Operation = {
  id: 'setRetention',
  access: ACCESS.administerServer,
  tag,
  summary: 'Sets how long tasks of a definition are kept after they end.',
  responses: { 200: Retention },
  examples: { request: { week: { Succeeded: '7d', Failed: 'never' } } },
};

const resetRetentionOperation: Operation = {
  id: 'resetRetention',
  access: ACCESS.administerServer,
  tag,
  summary: 'Resets the retention to that of the definition and the settings.',
  responses: { 204: null },
};

type ByName = { Params: { name: string } };

const Count = Type.Union([Type.Integer({ minimum: 1, maximum: INT32_MAX }), Type.Null()]);

const Limits = Type.Object(
  {
    Concurrent: Type.Optional(Count),
    PerTenant: Type.Optional(Count),
    Rate: Type.Optional(
      Type.Union([
        Type.Object(
          {
            Runs: Type.Integer({ minimum: 1, maximum: INT32_MAX }),
            Seconds: Type.Number({ exclusiveMinimum: 0, maximum: MAX_PERIOD_SECONDS }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ]),
    ),
    Weights: Type.Optional(
      Type.Union([
        dictionary<number>(Type.Integer({ minimum: 1, maximum: MAX_WEIGHT }), { maxProperties: MAX_WEIGHTS }),
        Type.Null(),
      ]),
    ),
  },
  { additionalProperties: false },
);

const CONFIG = { payload: 'Definition' };
const READ = { ...CONFIG } as const;

/**
 * `/api/v1/Definitions`: the definitions of the server and of workers, with their pauses and limits (contract, section 8).
 */
export async function definitionRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  /** Serializes the current definition. */
  const one = async (name: string, locale: Locale): Promise<object> =>
    toWire(await readDefinition(tasks, name), locale);

  app.get('/', { config: { ...READ, operation: listDefinitionsOperation } }, async (request) => {
    const locale = localeOf(request);
    return (await readDefinitions(tasks)).map((each) => toWire(each, locale));
  });

  app.get<ByName>('/:name', { config: { ...READ, operation: getDefinitionOperation } }, async (request) =>
    one(request.params.name, localeOf(request)),
  );

  app.post<ByName>(
    '/:name/Pause',
    { config: { ...CONFIG, operation: pauseDefinitionOperation } },
    async (request) =>
      one(await pauseDefinition(tasks, callerOf(request), request.params.name, true), localeOf(request)),
  );

  app.post<ByName>(
    '/:name/Resume',
    { config: { ...CONFIG, operation: resumeDefinitionOperation } },
    async (request) =>
      one(await pauseDefinition(tasks, callerOf(request), request.params.name, false), localeOf(request)),
  );

  app.put<ByName & { Body: Static<typeof Limits> }>(
    '/:name/Limits',
    { config: { ...CONFIG, operation: limitDefinitionOperation }, schema: { body: Limits } },
    async (request) => {
      const limits = readLimits(request.body);
      const name = await limitDefinition(tasks, callerOf(request), request.params.name, limits);
      return one(name, localeOf(request));
    },
  );

  app.delete<ByName>(
    '/:name/Limits',
    { config: { ...CONFIG, operation: unlimitDefinitionOperation } },
    async (request) =>
      one(await limitDefinition(tasks, callerOf(request), request.params.name, null), localeOf(request)),
  );

  app.get<ByName>(
    '/:name/Audit',
    { config: { payload: 'DefinitionChange', operation: readDefinitionAuditOperation } },
    async (request) => {
      const locale = localeOf(request);
      const changes = await readDefinitionHistory(tasks, request.params.name);
      return changes.map((change) => ({
        At: locale.date(change.at),
        ActorId: change.actorId,
        Action: change.action,
        Limits: change.limits && limitsToWire(change.limits),
      }));
    },
  );
}

function readLimits({ Concurrent, PerTenant, Rate, Weights }: Static<typeof Limits>): DefinitionLimits {
  return {
    ...(Concurrent == null ? {} : { concurrent: Concurrent }),
    ...(PerTenant == null ? {} : { perTenant: PerTenant }),
    ...(Rate == null ? {} : { rate: { runs: Rate.Runs, seconds: Rate.Seconds } }),
    ...(Weights == null ? {} : { weights: Weights }),
  };
}

function limitsToWire({ concurrent, perTenant, rate, weights }: DefinitionLimits): object {
  return {
    Concurrent: concurrent ?? null,
    PerTenant: perTenant ?? null,
    Rate: rate === undefined ? null : { Runs: rate.runs, Seconds: rate.seconds },
    Weights: weights ?? null,
  };
}

/** Keywords of JSON Schema whose values are data, not schemas. */
const DATA = new Set(['default', 'const', 'enum', 'examples']);

/** Translates the descriptions in a schema: those of built-in definitions, and texts in several languages. */
function localizeSchema(schema: unknown, locale: Locale): unknown {
  if (Array.isArray(schema)) return schema.map((part) => localizeSchema(part, locale));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      if (name === 'description' && typeof value === 'string') return [name, describe(value, locale)];
      return [name, DATA.has(name) ? value : localizeSchema(value, locale)];
    }),
  );
}

function describe(text: string, locale: Locale): string {
  const translated = locale.message({ template: text, values: [] });
  return translated === text ? locale.text(text) : translated;
}

function toWire({ definition: one, control, limited }: ControlledDefinition, locale: Locale): object {
  const paused = control?.paused ?? null;
  return {
    Name: one.name,
    Description: locale.text(plainOf(one.description), messageOf(one.description)),
    Parameters: localizeSchema(one.parameters ?? { type: 'object' }, locale),
    CancellationBehaviour: one.cancellation,
    Isolate: one.runsIn,
    Retries: one.retry.limit,
    LeaseSeconds: one.leaseSeconds,
    LastSeen: one.lastSeen === null ? null : locale.date(one.lastSeen),
    Paused: paused !== null,
    PausedBy: paused === null ? null : paused.by,
    PausedAt: paused === null ? null : locale.date(paused.at),
    PausedReason: paused?.reason ? locale.text(paused.reason.text, paused.reason.message) : null,
    Limits: limitsToWire(control?.limits ?? {}),
    LimitsAreSet: control?.limitsAreSet ?? false,
    LimitsBy: limited?.by ?? null,
    LimitsAt: limited === undefined ? null : locale.date(limited.at),
  };
}

type RetentionByName = { Params: { name: string } };

const RETENTION_CONFIG = { payload: 'Retention' };

const Rules = Type.Record(Type.String(), Type.String());

/**
 * `/api/v1/Definitions/{name}/Retention`: how long tasks of a definition are kept after they end, by state. PUT and
 * DELETE, which resets it to the definition and the settings, are for administrators.
 */
export async function retentionRoutes(app: FastifyInstance, deps: RetentionDeps): Promise<void> {
  app.get<RetentionByName>(
    '/:name/Retention',
    { config: { ...RETENTION_CONFIG, operation: getRetentionOperation } },
    async (request) => writeRules(await readRetention(deps, request.params.name)),
  );

  app.put<RetentionByName & { Body: Static<typeof Rules> }>(
    '/:name/Retention',
    {
      config: { ...RETENTION_CONFIG, operation: setRetentionOperation },
      schema: { body: Rules },
    },
    async (request) => {
      const rules = readRules(request.body);
      return writeRules(await setRetention(deps, callerOf(request), request.params.name, rules));
    },
  );

  app.delete<RetentionByName>(
    '/:name/Retention',
    { config: { operation: resetRetentionOperation } },
    async (request, reply) => {
      await resetRetention(deps, callerOf(request), request.params.name);
      return reply.code(204).send();
    },
  );
}

function writeRules(rules: RetentionRules): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rules).map(([state, retention]) => [state, formatRetention(retention)]),
  );
}
