import { type MessageData, message } from '../core/message.ts';
import type { Digest, Notice } from '../core/notification.ts';

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
interface NoticeText {
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
  readonly settings: { readonly link: string; readonly label: string } | undefined;
}

/**
 * Writes a digest for its reader. One without notifications is a test.
 *
 * @param publicUrl the address of the dashboard, for links
 */
export function digestText(
  { notices, more }: Digest,
  reader: NoticeReader,
  publicUrl: string | undefined,
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
  };
}

function settingsOf(
  publicUrl: string,
  tell: (data: MessageData) => string,
): { readonly link: string; readonly label: string } {
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
  const tell = (data: MessageData): string => reader.message(data);
  const { taskId, description, state, stopped, seconds, at } = notice;
  const isBad = state === 'Failed' && !stopped;
  const result = reader.text(notice.result, notice.resultMessage);
  const facts: [string, string][] = [];
  if (description !== '') facts.push([tell(message`Description`), reader.text(description, null)]);
  if (result !== '') facts.push([isBad ? tell(message`Error`) : tell(message`Result`), result]);
  if (seconds !== null) facts.push([tell(message`Duration`), reader.duration(seconds)]);
  facts.push([tell(message`Time`), tell(message`${at}`)]);
  return {
    title: tell(titleOf(notice)),
    link: publicUrl && `${publicUrl}/tasks/${taskId}`,
    facts,
    isBad,
  };
}

function titleOf({ name, taskId, state, stopped }: Notice): MessageData {
  if (state !== 'Failed') return message`${name} succeeded (task ${taskId})`;
  return stopped ? message`${name} was stopped (task ${taskId})` : message`${name} failed (task ${taskId})`;
}
