import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { mergeRules, type RetentionRules, readRules, writeRetention } from '../../core/retention.ts';
import { findOwnRules } from '../../db/queries/own-rules.ts';
import { deleteRules, findRules, writeRules } from '../../db/queries/retention.ts';
import type { KnownDefinition } from '../../queue/definitions.ts';
import type { TaskDeps } from '../../services/context.ts';
import { noSuchDefinition } from '../../services/definitions.ts';
import { callerOf } from '../auth/hooks.ts';
import { getRetentionOperation, resetRetentionOperation, setRetentionOperation } from './definitions-part.ts';

type RetentionByName = { Params: { name: string } };

const RETENTION_CONFIG = { answer: 'Retention' };

const Rules = Type.Record(Type.String(), Type.String());

/**
 * `/api/v1/Definitions/{name}/Retention`: how long tasks of a definition are kept after their end, by state. PUT sets it
 * and DELETE leaves it to the definition and the settings again, both for administrators.
 */
export async function retentionRoutes(
  app: FastifyInstance,
  { tasks, settings }: { tasks: TaskDeps; settings: RetentionRules },
): Promise<void> {
  const { sql } = tasks.database;
  const definitionOf = async (name: string): Promise<KnownDefinition> => {
    const found = await tasks.definitions.find(name);
    if (found === undefined) throw noSuchDefinition(name);
    return found;
  };
  const toWire = (rules: RetentionRules): Record<string, string> =>
    Object.fromEntries(Object.entries(rules).map(([state, retention]) => [state, writeRetention(retention)]));
  const inForce = async ({ name, retention, runsIn }: KnownDefinition): Promise<object> => {
    const own = runsIn === 'worker' ? await findOwnRules(sql, name) : retention;
    return toWire(mergeRules(await findRules(sql, name), own, settings));
  };

  app.get<RetentionByName>(
    '/:name/Retention',
    { config: { ...RETENTION_CONFIG, operation: getRetentionOperation } },
    async (request) => inForce(await definitionOf(request.params.name)),
  );

  app.put<RetentionByName & { Body: Static<typeof Rules> }>(
    '/:name/Retention',
    {
      config: { ...RETENTION_CONFIG, operation: setRetentionOperation },
      schema: { body: Rules },
    },
    async (request) => {
      const found = await definitionOf(request.params.name);
      const rules = readRules(request.body);
      await writeRules(sql, found.name, rules, callerOf(request).associateId);
      return inForce(found);
    },
  );

  app.delete<RetentionByName>(
    '/:name/Retention',
    { config: { operation: resetRetentionOperation } },
    async (request, reply) => {
      const { name } = await definitionOf(request.params.name);
      await deleteRules(sql, name);
      return reply.code(204).send();
    },
  );
}
