import { Type } from 'typebox';
import type { AuditEntry } from '../../db/queries/audit.ts';
import type { Locale } from '../i18n/locale.ts';
import { DateTime, nullable } from '../openapi/operation.ts';
import { StoredState } from './batch-task-schema.ts';

/** The properties of a change of state, which audit entries and events share. */
export const AUDIT_PROPERTIES = {
  At: DateTime,
  ActorId: Type.Integer({ description: 'The associate who made the change; 0 for the server' }),
  Node: nullable(Type.String({ description: 'The process that made the change' })),
  From: nullable(StoredState),
  To: StoredState,
  Attempt: Type.Integer({ description: 'The number of the attempt' }),
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
    Reason: locale.text(entry.reason, entry.reasonMessage),
  };
}
