import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { type DefinitionLimits, LONGEST_PERIOD_SECONDS } from '../../core/concurrency-limits.ts';
import { INT32_MAX } from '../../core/limits.ts';
import { messageOf, plainOf } from '../../core/message.ts';
import { readDefinitionAudit } from '../../db/queries/definition-audit.ts';
import { type DefinitionControl, readControls } from '../../db/queries/definition-control.ts';
import type { KnownDefinition } from '../../queue/definitions.ts';
import type { TaskDeps } from '../../services/context.ts';
import { definitionNamed, limitDefinition, pauseDefinition } from '../../services/definitions.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import {
  getDefinitionOperation,
  limitDefinitionOperation,
  listDefinitionsOperation,
  pauseDefinitionOperation,
  readDefinitionAuditOperation,
  resumeDefinitionOperation,
  unlimitDefinitionOperation,
} from './definitions-part.ts';

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
            Seconds: Type.Number({ exclusiveMinimum: 0, maximum: LONGEST_PERIOD_SECONDS }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ]),
    ),
  },
  { additionalProperties: false },
);

const CONFIG = { answer: 'Definition' };
const READ = { ...CONFIG } as const;

/**
 * `/api/v1/Definitions`: what tasks can be started by, in the server itself and by workers outside, and its pauses
 * and limits (contract, section 8).
 */
export async function definitionRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  const db = tasks.database.sql;

  /** The definition as it is now. */
  const one = async (name: string, locale: Locale): Promise<object> =>
    toWire(await tasks.definitions.get(name), (await readControls(db, name)).get(name), locale);

  app.get('/', { config: { ...READ, operation: listDefinitionsOperation } }, async (request) => {
    const controls = await readControls(db);
    const locale = localeOf(request);
    return (await tasks.definitions.all()).map((each) => toWire(each, controls.get(each.name), locale));
  });

  app.get<ByName>('/:name', { config: { ...READ, operation: getDefinitionOperation } }, async (request) =>
    one(await definitionNamed(tasks, request.params.name), localeOf(request)),
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
    { config: { answer: 'DefinitionChange', operation: readDefinitionAuditOperation } },
    async (request) => {
      const locale = localeOf(request);
      const changes = await readDefinitionAudit(db, await definitionNamed(tasks, request.params.name));
      return changes.map((change) => ({
        At: locale.date(change.at),
        ActorId: change.actorId,
        Action: change.action,
        Limits: change.limits && limitsToWire(change.limits),
      }));
    },
  );
}

function readLimits({ Concurrent, PerTenant, Rate }: Static<typeof Limits>): DefinitionLimits {
  return {
    ...(Concurrent == null ? {} : { concurrent: Concurrent }),
    ...(PerTenant == null ? {} : { perTenant: PerTenant }),
    ...(Rate == null ? {} : { rate: { runs: Rate.Runs, seconds: Rate.Seconds } }),
  };
}

function limitsToWire({ concurrent, perTenant, rate }: DefinitionLimits): object {
  return {
    Concurrent: concurrent ?? null,
    PerTenant: perTenant ?? null,
    Rate: rate === undefined ? null : { Runs: rate.runs, Seconds: rate.seconds },
  };
}

function toWire(one: KnownDefinition, control: DefinitionControl | undefined, locale: Locale): object {
  const paused = control?.paused ?? null;
  return {
    Name: one.name,
    Description: locale.text(plainOf(one.description), messageOf(one.description)),
    Parameters: one.parameters ?? { type: 'object' },
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
  };
}
