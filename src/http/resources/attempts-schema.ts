import { type Static, Type } from 'typebox';
import {
  AttemptOutcome,
  type AttemptOutcomeName,
  type AttemptError as DomainError,
} from '../../core/attempt.ts';
import { invalid } from '../../core/errors.ts';
import type { Attempt } from '../../db/queries/attempt.ts';
import type { AuditEntry } from '../../db/queries/audit.ts';
import type { Locale } from '../i18n/locale.ts';
import { AnyObject, DateTime, nullable } from '../openapi/operation.ts';
import { StoredState } from './batch-task-schema.ts';

const Nested = Type.Unsafe<object>({ ...AnyObject, description: 'An AttemptError' });

/** The error of an attempt. Causes and combined errors have the same form. */
export const AttemptError = Type.Object(
  {
    Class: Type.Optional(nullable(Type.String({ description: 'The class of the error' }))),
    Message: Type.String(),
    Stack: Type.Optional(nullable(Type.String({ description: 'The stack, as text' }))),
    Cause: Type.Optional(nullable(Nested)),
    Errors: Type.Optional(Type.Array(Nested, { description: 'The errors of an AggregateError' })),
  },
  { title: 'AttemptError', description: 'The error that ended an attempt' },
);

/** An attempt of a task. */
export const AttemptPayload = Type.Object(
  {
    Number: Type.Integer({ description: 'As in the audit and in the log' }),
    Worker: nullable(
      Type.String({ description: 'The process or worker; null if a client held the task by hand' }),
    ),
    Claimed: nullable(DateTime),
    Started: nullable(DateTime),
    Ended: nullable(DateTime),
    DurationSeconds: nullable(Type.Number()),
    Outcome: nullable(
      Type.Enum(Object.keys(AttemptOutcome) as AttemptOutcomeName[], {
        description: 'null while the attempt is in progress',
      }),
    ),
    Reason: Type.String({ description: 'Why it ended, or why and when another follows' }),
    Error: nullable(AttemptError),
    Recorded: Type.Boolean({
      description:
        'false if a release before 0.3.0 ended it: the facts are from the history, without Error and progress',
    }),
    ProgressPercent: nullable(Type.Integer({ description: 'null if it was not recorded' })),
    ProgressDescription: Type.String(),
    NextDelaySeconds: nullable(
      Type.Number({ description: 'The delay until the next attempt; null if none follows' }),
    ),
  },
  { title: 'Attempt', description: 'One attempt to run a task' },
);

/** The query of the list of attempts. */
export const AttemptsQuery = Type.Object({
  After: Type.Optional(
    Type.String({ pattern: '^\\d{1,9}$', description: 'Only attempts after this Number' }),
  ),
});

/** Writes an attempt in the language and time zone of a caller. */
export function writeAttempt(attempt: Attempt, locale: Locale): Static<typeof AttemptPayload> {
  const { started, ended } = attempt;
  const date = (value: Date | null): string | null => (value === null ? null : locale.date(value));
  return {
    Number: attempt.number,
    Worker: attempt.worker,
    Claimed: date(attempt.claimed),
    Started: date(started),
    Ended: date(ended),
    DurationSeconds: started === null || ended === null ? null : (ended.getTime() - started.getTime()) / 1000,
    Outcome: attempt.outcome,
    Reason: attempt.reason === null ? '' : locale.text(attempt.reason, attempt.reasonMessage),
    Error: attempt.error === null ? null : writeError(attempt.error),
    Recorded: attempt.recorded,
    ProgressPercent: attempt.progressPercent,
    ProgressDescription: locale.text(attempt.progressDescription, attempt.progressMessage),
    NextDelaySeconds: attempt.nextDelaySeconds,
  };
}

/** Writes an error; the worker SDK sends errors in this form too. */
function writeError(error: DomainError): Static<typeof AttemptError> {
  return {
    Class: error.class,
    Message: error.message,
    Stack: error.stack,
    ...(error.cause === undefined ? {} : { Cause: writeError(error.cause) }),
    ...(error.errors === undefined ? {} : { Errors: error.errors.map(writeError) }),
  };
}

/** Maximum depth of errors in a request; stored errors have fewer levels. */
const MAX_DEPTH = 32;

/**
 * Reads the error that a worker sends.
 *
 * @throws RequestError (invalid) if a cause or a combined error has another form
 */
export function readError(value: unknown, depth = 0): DomainError {
  const { Class, Message, Stack, Cause, Errors } = (value ?? {}) as Record<string, unknown>;
  const isText = (text: unknown): boolean => text === undefined || text === null || typeof text === 'string';
  if (
    typeof Message !== 'string' ||
    !isText(Class) ||
    !isText(Stack) ||
    !(Errors === undefined || Errors === null || Array.isArray(Errors)) ||
    depth > MAX_DEPTH
  )
    throw invalid`Error, or an error in it, has the wrong form; an object with Message is accepted, with Class, Stack, Cause and Errors if there are any.`;
  return {
    class: (Class as string | null | undefined) ?? null,
    message: Message,
    stack: (Stack as string | null | undefined) ?? null,
    ...(Cause === undefined || Cause === null ? {} : { cause: readError(Cause, depth + 1) }),
    ...(Array.isArray(Errors) ? { errors: Errors.map((one) => readError(one, depth + 1)) } : {}),
  };
}

/** The properties of a change of state, which audit entries and events share. */
export const AUDIT_PROPERTIES = {
  At: DateTime,
  ActorId: Type.Integer({ description: 'The associate who made the change; 0 for the server' }),
  Node: nullable(Type.String({ description: 'The process that made the change' })),
  From: nullable(StoredState),
  To: StoredState,
  Attempt: Type.Integer({ description: 'The number of the attempt' }),
  Stopped: Type.Boolean({ description: 'true if To is Failed because the task was stopped' }),
  Reason: Type.String({ description: "Why the state changed, in the caller's language" }),
};

/** Serializes a change of state for its reader. */
export function writeAuditEntry(entry: AuditEntry, locale: Locale) {
  return {
    At: locale.date(entry.at),
    ActorId: entry.actorId,
    Node: entry.nodeId,
    From: entry.from,
    To: entry.to,
    Attempt: entry.attempt,
    Stopped: entry.stopped,
    Reason: locale.text(entry.reason, entry.reasonMessage),
  };
}
