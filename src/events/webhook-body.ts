import type { RightsSubject } from '../core/permissions.ts';
import type { TaskEvent } from '../db/queries/event.ts';

/** What a webhook is sent of an event: the properties of `GET /api/v1/Events`, in English and UTC. */
export function bodyOf(event: TaskEvent): string {
  return JSON.stringify({
    Type: 'state',
    Id: event.id,
    TaskId: event.taskId,
    Name: event.name,
    AssociateId: event.ownerId,
    DatabaseSerialNumber: event.tenant,
    At: event.at.toISOString(),
    ActorId: event.actorId,
    Runtime: event.nodeId,
    From: event.from,
    To: event.to,
    Attempt: event.attempt,
    Reason: event.reason,
  });
}

/** The task in a delivery's body, reduced to what rights depend on; `undefined` for a test delivery. */
export function subjectOf(body: string): RightsSubject | undefined {
  const { Type, Name, AssociateId, DatabaseSerialNumber } = JSON.parse(body);
  return Type === 'state' ? { name: Name, ownerId: AssociateId, tenant: DatabaseSerialNumber } : undefined;
}

/** What a test sends. */
export function testBody(webhookId: number, now: Date): string {
  return JSON.stringify({ Type: 'test', WebhookId: webhookId, At: now.toISOString() });
}
