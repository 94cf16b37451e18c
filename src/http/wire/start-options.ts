import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import {
  LONGEST_DELAY_SECONDS,
  LONGEST_KEY,
  PRIORITIES,
  type StartOptions,
} from '../../domain/start-options.ts';
import { localeOf } from '../localization/locale.ts';
import { traceOf } from '../telemetry/request-telemetry.ts';
import { describe } from './carrier-reader.ts';
import { queryValue } from './query.ts';

/** What may stand in the query of a start (contract, section 8). Names match in any casing. */
export const StartQuery = Type.Object({
  StartAt: Type.Optional(
    Type.String({ description: 'When the task is due; without an offset in the zone of the caller' }),
  ),
  DelaySeconds: Type.Optional(Type.String({ description: 'Seconds until the task is due' })),
  Priority: Type.Optional(
    Type.String({
      description: `${PRIORITIES.lowest} to ${PRIORITIES.highest}; higher ones are delivered first`,
    }),
  ),
});

/** The header that makes a start safe to send twice. */
export const StartHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'The same key and body within a day start one task and get the same answer' }),
  ),
});

/** How a route that starts tasks declares its options. */
export type StartRoute = { Querystring: Static<typeof StartQuery> & Record<string, string | string[]> };

/**
 * Reads when and in which order a task is to run, and the caller's key of the start.
 *
 * @throws Refusal where one is wrong, or there twice
 */
export function readStartOptions(request: FastifyRequest): StartOptions {
  const startAt = queryValue(request, 'StartAt');
  const delay = queryValue(request, 'DelaySeconds');
  if (startAt !== undefined && delay !== undefined) {
    throw invalid`Both StartAt and DelaySeconds are given; one of them is accepted.`;
  }
  return {
    due: startAt === undefined ? readDelay(delay) : readStartAt(startAt, request),
    priority: readPriority(queryValue(request, 'Priority')),
    idempotencyKey: readKey(request.headers['idempotency-key']),
    trace: traceOf(request),
  };
}

function readStartAt(text: string, request: FastifyRequest): Date {
  const due = localeOf(request).readDate(text, 'StartAt');
  if (due.getTime() - Date.now() <= LONGEST_DELAY_SECONDS * 1000) return due;
  throw invalid`StartAt is ${describe(text)}; a time in the next ten years is accepted.`;
}

function readDelay(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= LONGEST_DELAY_SECONDS) return seconds;
  throw invalid`DelaySeconds is ${describe(text)}; a number from 0 to ${LONGEST_DELAY_SECONDS} is accepted.`;
}

function readPriority(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const priority = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (priority >= PRIORITIES.lowest && priority <= PRIORITIES.highest) return priority;
  throw invalid`Priority is ${describe(text)}; a whole number from ${PRIORITIES.lowest} to ${PRIORITIES.highest} is accepted.`;
}

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = String(header);
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= LONGEST_KEY) return key;
  throw invalid`The header Idempotency-Key is ${describe(key)}; 1 to ${LONGEST_KEY} visible ASCII characters are accepted.`;
}
