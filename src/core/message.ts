/** A message as plain data: how it is kept, and how it goes from thread to thread. */
export interface MessageData {
  /** The English text with `{0}`, `{1}`, … where the values go; translations are found by it. */
  readonly template: string;
  readonly values: readonly MessageValue[];
}

/** A moment in a message, as plain data: ISO 8601 in UTC, which is also how it reads in English without a culture. */
export interface MomentData {
  readonly at: string;
}

/** What a message can hold in its places: texts as they are, numbers, moments, or another message. */
export type MessageValue = string | number | MomentData | MessageData;

/**
 * A text of our own for people, with its values apart, so that it can be told in the reader's language. As a
 * string it is English.
 */
export class Message implements MessageData {
  readonly template: string;
  readonly values: readonly MessageValue[];

  constructor(template: string, values: readonly MessageValue[]) {
    this.template = template;
    this.values = values;
  }

  toString(): string {
    return inEnglish(this);
  }
}

/**
 * Makes a message; a template literal's tag. Numbers (all their digits) and dates are told by the reader's culture.
 *
 * @example
 * ```ts
 * message`${done} of ${all} seconds`; // template '{0} of {1} seconds'
 * ```
 */
export function message(parts: TemplateStringsArray, ...values: (MessageValue | Date)[]): Message {
  const template = parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
  return new Message(
    template,
    values.map((value) => (value instanceof Date ? { at: value.toISOString() } : value)),
  );
}

/** Messages in a row as one. */
export function listed(messages: readonly MessageValue[], separator: string): Message {
  return new Message(messages.map((_, index) => `{${index}}`).join(separator), messages);
}

/** How the parts of a message are told. */
export interface MessageFormat {
  /** The template to use in place of the English one. */
  template(english: string): string;
  number(value: number): string;
  moment(value: Date): string;
}

const IN_ENGLISH: MessageFormat = {
  template: (english) => english,
  number: String,
  moment: (value) => value.toISOString(),
};

/** A message's text in English, with numbers and moments as they stand in JSON. */
export function inEnglish(message: MessageData): string {
  return formatMessage(message, IN_ENGLISH);
}

/** A message's text. */
export function formatMessage({ template, values }: MessageData, format: MessageFormat): string {
  const texts = values.map((value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return format.number(value);
    if (!isData(value)) return String(value);
    return 'at' in value ? format.moment(new Date(value.at)) : formatMessage(value, format);
  });
  return fill(format.template(template), texts);
}

/** A template with texts in its places. */
function fill(template: string, values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (place, index) => values[Number(index)] ?? place);
}

/** A text for people: plain, in whatever language its author wrote, or a message, which can be translated. */
export type Text = string | Message;

/** What is kept of a text for everybody: itself, or the message in English. */
export function plainOf(text: Text): string;
export function plainOf(text: Text | null): string | null;
export function plainOf(text: Text | null): string | null {
  return text === null ? null : String(text);
}

/** What is kept of a text beside it, for readers in other languages: the message; null where it is a plain text. */
export function messageOf(text: Text | null): MessageData | null {
  return text instanceof Message ? text : null;
}

/** The text without what no database column can hold: NUL and halves of surrogate pairs become U+FFFD. */
export function storable<T extends Text>(text: T): T;
export function storable(text: Text): Text {
  return typeof text === 'string' ? storableString(text) : revived(text);
}

/** The message that plain data stands for, without what no database column can hold. */
export function revived({ template, values }: MessageData): Message {
  return new Message(
    storableString(template),
    values.map((value) => {
      if (typeof value === 'string') return storableString(value);
      if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
      if (!isData(value)) return storableString(String(value));
      return 'at' in value ? value : revived(value);
    }),
  );
}

/** Untyped code can pass anything to a message; other types are converted to text. */
function isData(value: unknown): value is MomentData | MessageData {
  return typeof value === 'object' && value !== null;
}

function storableString(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
