import type { Dispatcher } from 'undici';
import type { MailConfig, WebhookConfig } from '../config.ts';
import { inEnglish } from '../core/message.ts';
import type { Digest, Notice } from '../core/notification.ts';
import { readDigest } from '../db/queries/notice.ts';
import type { DueDelivery, TryResult } from '../db/queries/webhook-delivery.ts';
import { cardDigest, slackBody, teamsBody } from './chat.ts';
import { sendMail } from './mail.ts';
import { type DigestText, digestText, type NoticeReaders } from './notice-text.ts';
import { UNSUBSCRIBE_PATH, unsubscribeToken } from './unsubscribe.ts';
import { failedTry, sendDelivery } from './webhook-delivery.ts';

/** The dependencies of `sendNotices`. */
export interface NoticeSending {
  readonly dispatcher: Dispatcher;
  readonly config: WebhookConfig;
  /** `undefined` without an SMTP server. */
  readonly mail: MailConfig | undefined;
  readonly publicUrl: string | undefined;
  readonly readers: NoticeReaders;
}

/**
 * Sends a delivery of a subscription once, in the language of its owner.
 *
 * @param signal aborts the attempt
 * @throws the signal's reason if it aborts
 */
export async function sendNotices(
  sending: NoticeSending,
  delivery: DueDelivery,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<TryResult> {
  const digest = readDigest(delivery.body);
  const reader = sending.readers(delivery.language, delivery.timeZone);
  const { secret, recipient } = delivery;
  const unsubscribePath =
    delivery.channel === 'Email' && secret !== ''
      ? UNSUBSCRIBE_PATH + unsubscribeToken(recipient.id, secret)
      : undefined;
  const writtenOf = (part: Digest): DigestText =>
    digestText(part, reader, sending.publicUrl, unsubscribePath);
  if (delivery.channel === 'Email')
    return sendByMail(sending, delivery, writtenOf(digest), signal, timeoutMs);
  const body =
    delivery.channel === 'Slack'
      ? slackBody(writtenOf(digest))
      : delivery.channel === 'Teams'
        ? teamsBody(writtenOf(cardDigest(digest)))
        : webhookBody(delivery, digest, writtenOf(digest));
  return sendDelivery(sending.dispatcher, { ...delivery, body }, sending.config, signal, timeoutMs);
}

async function sendByMail(
  { mail, config }: NoticeSending,
  delivery: DueDelivery,
  content: DigestText,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<TryResult> {
  if (mail === undefined) {
    const error = 'the server has no SMTP server (BATCHLINE_SMTP_URL)';
    return failedTry(delivery, config, { status: null, answer: '', error, isServerFault: true });
  }
  // The time distinguishes deliveries of a database that was replaced.
  const id = `notification-${delivery.id}-${delivery.created.getTime()}`;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const { isPermanent, ...seen } = await sendMail(mail, { to: delivery.url, id, content }, limited);
  if (seen.error === '') return { ...seen, state: 'Delivered', delaySeconds: 0 };
  signal.throwIfAborted();
  const result = failedTry(delivery, config, seen);
  return isPermanent ? { ...result, state: 'Dead' } : result;
}

/** The body for a webhook: the notifications as properties of the API, and their text. */
function webhookBody({ recipient }: DueDelivery, { notices, more }: Digest, text: DigestText): string {
  return JSON.stringify({
    Type: notices.length === 0 ? 'test' : 'notification',
    SubscriptionId: recipient.id,
    Text: text.subject,
    Notifications: notices.map((notice, index) => ({
      ...propertiesOf(notice),
      Url: text.notices[index]?.link ?? null,
    })),
    More: more,
  });
}

/** A notification as properties of the API. */
function propertiesOf(notice: Notice): object {
  const common = {
    Occasion: notice.occasion,
    At: notice.at.toISOString(),
    Name: notice.name,
    DatabaseSerialNumber: notice.tenant,
  };
  if (notice.occasion === 'FailureRate') {
    const { failed, ended, minutes, usual } = notice;
    return { ...common, Failed: failed, Ended: ended, WindowMinutes: minutes, UsualRate: usual };
  }
  if (notice.occasion === 'ScheduleMissed') {
    const { scheduleId, schedule, ownerId, due, reason } = notice;
    const text = inEnglish(reason);
    return {
      ...common,
      ScheduleId: scheduleId,
      Schedule: schedule,
      AssociateId: ownerId,
      Due: due,
      Reason: text,
    };
  }
  return {
    ...common,
    TaskId: notice.taskId,
    AssociateId: notice.ownerId,
    State: notice.state,
    Stopped: notice.stopped,
    Description: notice.description,
    Result: notice.result,
    Seconds: notice.seconds,
  };
}
