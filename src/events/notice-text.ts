import { type MessageData, message } from '../core/message.ts';
import type { Digest, Notice, RateNotice, TaskNotice } from '../core/notification.ts';

/** Formats texts in the language and time zone of the person who reads a notification. */
export interface NoticeReader {
  /** The language of the texts, as a tag for HTML. */
  readonly language: string;
  message(data: MessageData): string;
  /** Translates a stored text. */
  text(stored: string, message: MessageData | null): string;
  duration(seconds: number): string;
}

/** Returns the reader for a language and an IANA time zone. */
export type NoticeReaders = (language: string, timeZone: string) => NoticeReader;

/** A notification as a channel shows it. */
export interface NoticeText {
  readonly title: string;
  /** The page of the task; `undefined` if the server doesn't know its public address. */
  readonly link: string | undefined;
  /** Labels and values. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Shown as an error. */
  readonly isBad: boolean;
}

/** A digest as a channel shows it. */
export interface DigestText {
  readonly language: string;
  /** One line: the title of the only notification, or their number. */
  readonly subject: string;
  readonly notices: readonly NoticeText[];
  /** Says how many are not listed; empty if all are. */
  readonly more: string;
  /** The reason for the message. */
  readonly footer: string;
  /** The page of the person's subscriptions. */
  readonly settings: TextLink | undefined;
  /** Ends the notifications without a sign-in; only in e-mail. */
  readonly unsubscribe: TextLink | undefined;
}

/** A link with its text. */
interface TextLink {
  readonly link: string;
  readonly label: string;
}

/**
 * Writes a digest for its reader. One without notifications is a test.
 *
 * @param publicUrl the address of the dashboard, for links
 * @param unsubscribePath the path that ends the notifications; `undefined` leaves out the link
 */
export function digestText(
  { notices, more }: Digest,
  reader: NoticeReader,
  publicUrl: string | undefined,
  unsubscribePath?: string,
): DigestText {
  const tell = (data: MessageData): string => reader.message(data);
  const texts =
    notices.length === 0 ? [testText(reader)] : notices.map((one) => noticeText(one, reader, publicUrl));
  const count = notices.length + more;
  return {
    language: reader.language,
    subject: count > 1 ? tell(message`${count} notifications`) : (texts[0]?.title ?? ''),
    notices: texts,
    more: more === 0 ? '' : tell(message`${more} more are not listed here.`),
    footer: tell(message`You receive this because of a notification that was set up in Batchline.`),
    settings: publicUrl === undefined ? undefined : settingsOf(publicUrl, tell),
    unsubscribe:
      publicUrl === undefined || unsubscribePath === undefined
        ? undefined
        : { link: publicUrl + unsubscribePath, label: tell(message`Unsubscribe`) },
  };
}

function settingsOf(publicUrl: string, tell: (data: MessageData) => string): TextLink {
  return { link: `${publicUrl}/notifications`, label: tell(message`Change or end notifications`) };
}

function testText(reader: NoticeReader): NoticeText {
  return {
    title: reader.message(message`Test of notifications`),
    link: undefined,
    facts: [
      [
        reader.message(message`Result`),
        reader.message(message`The message arrived. Notifications will arrive the same way.`),
      ],
    ],
    isBad: false,
  };
}

function noticeText(notice: Notice, reader: NoticeReader, publicUrl: string | undefined): NoticeText {
  const path = pathOf(notice);
  return {
    title: reader.message(titleOf(notice)),
    link: publicUrl && `${publicUrl}${path}`,
    facts: factsOf(notice, reader),
    isBad: notice.occasion !== 'Ended',
  };
}

function pathOf(notice: Notice): string {
  if (notice.occasion === 'FailureRate') return '/operations';
  return notice.occasion === 'ScheduleMissed' ? '/schedules' : `/tasks/${notice.taskId}`;
}

function titleOf(notice: Notice): MessageData {
  const { name } = notice;
  if (notice.occasion === 'FailureRate') return message`${name} fails more than usual`;
  if (notice.occasion === 'ScheduleMissed') return message`The schedule ${notice.schedule} did not run`;
  const { taskId, state, stopped } = notice;
  if (notice.occasion === 'Late') return message`${name} is late (task ${taskId})`;
  if (state !== 'Failed') return message`${name} succeeded (task ${taskId})`;
  return stopped ? message`${name} was stopped (task ${taskId})` : message`${name} failed (task ${taskId})`;
}

type Facts = (readonly [label: string, value: string])[];

function factsOf(notice: Notice, reader: NoticeReader): Facts {
  const tell = (data: MessageData): string => reader.message(data);
  const { at } = notice;
  const time = [tell(message`Time`), tell(message`${at}`)] as const;
  if (notice.occasion === 'FailureRate') return [...rateFacts(notice, tell), time];
  if (notice.occasion !== 'ScheduleMissed') return [...taskFacts(notice, reader), time];
  const due = new Date(notice.due);
  return [
    [tell(message`Definition`), notice.name],
    [tell(message`Due`), tell(message`${due}`)],
    [tell(message`Reason`), tell(notice.reason)],
  ];
}

function taskFacts(notice: TaskNotice, reader: NoticeReader): Facts {
  const tell = (data: MessageData): string => reader.message(data);
  const { occasion, description, seconds } = notice;
  const result = reader.text(notice.result, notice.resultMessage);
  const facts: Facts = [];
  if (description !== '') facts.push([tell(message`Description`), reader.text(description, null)]);
  if (result !== '') facts.push([tell(RESULT_LABELS[occasion]), result]);
  if (seconds !== null) {
    const waits = occasion === 'Late' && notice.state === 'New';
    const label = waits
      ? message`Waiting for`
      : occasion === 'Late'
        ? message`Running for`
        : message`Duration`;
    facts.push([tell(label), reader.duration(seconds)]);
  }
  return facts;
}

/** The labels of the results of tasks. */
const RESULT_LABELS = { Ended: message`Result`, Failed: message`Error`, Late: message`Progress` };

function rateFacts(
  { failed, ended, minutes, usual }: RateNotice,
  tell: (data: MessageData) => string,
): Facts {
  const percent = (rate: number): number => Math.round(rate * 100);
  return [
    [
      tell(message`Failures`),
      tell(message`${failed} of ${ended} tasks in ${minutes} minutes (${percent(failed / ended)} %)`),
    ],
    ...(usual === null ? [] : ([[tell(message`Usual`), tell(message`${percent(usual)} %`)]] as const)),
  ];
}
