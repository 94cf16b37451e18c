import type { TaskEvent } from '../../db/queries/event.ts';
import type { TaskProgress } from '../../db/queries/read-progress.ts';
import type { Locale } from '../i18n/locale.ts';

/** A change of state as it is on the wire (docs/notifications.md). */
export function writeEvent(event: TaskEvent, locale: Locale): object {
  return {
    Id: event.id,
    TaskId: event.taskId,
    Name: event.name,
    AssociateId: event.ownerId,
    DatabaseSerialNumber: event.tenant,
    At: locale.date(event.at),
    ActorId: event.actorId,
    Runtime: event.nodeId,
    From: event.from,
    To: event.to,
    Attempt: event.attempt,
    Reason: locale.text(event.reason, event.reasonMessage),
  };
}

/** Progress as it is on the wire. */
export function writeProgress(progress: TaskProgress, locale: Locale): object {
  return {
    TaskId: progress.taskId,
    Name: progress.name,
    AssociateId: progress.ownerId,
    DatabaseSerialNumber: progress.tenant,
    At: locale.date(progress.at),
    State: progress.state,
    ProgressPercent: progress.percent,
    ProgressDescription: locale.text(progress.text, progress.textMessage),
  };
}
