/** A message as plain data, as it is stored and passed between threads. */
export interface MessageData {
  /** The English text with the placeholders `{0}`, `{1}`, …; the key of its translations. */
  readonly template: string;
  readonly values: readonly MessageValue[];
}

/** A time in a message, as plain data: ISO 8601 in UTC, which is also its text if no culture is given. */
export interface MomentData {
  readonly at: string;
}

/** A value of a message: a text, which is not translated, a number, a time, or another message. */
export type MessageValue = string | number | MomentData | MessageData;

/**
 * A translatable text for people: a template and its values. Its string is the English text.
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
 * Creates a message; a tag for template literals. Numbers, with all digits, and dates are formatted by the reader's
 * culture.
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

/** Joins messages to one message. */
export function listed(messages: readonly MessageValue[], separator: string): Message {
  return new Message(messages.map((_, index) => `{${index}}`).join(separator), messages);
}

/** The language and culture that messages are formatted by. */
export interface MessageFormat {
  /** Returns the translation of an English template. */
  template(english: string): string;
  number(value: number): string;
  moment(value: Date): string;
}

const IN_ENGLISH: MessageFormat = {
  template: (english) => english,
  number: String,
  moment: (value) => value.toISOString(),
};

/** Returns the English text of a message, with numbers and times as in JSON. */
export function inEnglish(message: MessageData): string {
  return formatMessage(message, IN_ENGLISH);
}

/** Returns the text of a message in a language and culture. */
export function formatMessage({ template, values }: MessageData, format: MessageFormat): string {
  const texts = values.map((value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return format.number(value);
    if (!isData(value)) return String(value);
    return 'at' in value ? format.moment(new Date(value.at)) : formatMessage(value, format);
  });
  return fill(format.template(template), texts);
}

/** Replaces the placeholders of a template by texts. */
function fill(template: string, values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (placeholder, index) => values[Number(index)] ?? placeholder);
}

/** A text for people: plain, in the language of its author, or a message, which can be translated. */
export type Text = string | Message;

/** Returns a text as a string; a message in English. */
export function plainOf(text: Text): string;
export function plainOf(text: Text | null): string | null;
export function plainOf(text: Text | null): string | null {
  return text === null ? null : String(text);
}

/** Returns the message to store beside a text, for readers of other languages; null for a plain text. */
export function messageOf(text: Text | null): MessageData | null {
  return text instanceof Message ? text : null;
}

/** Makes a text storable in a database column: NUL and lone surrogates become U+FFFD. */
export function storable<T extends Text>(text: T): T;
export function storable(text: Text): Text {
  return typeof text === 'string' ? storableString(text) : revived(text);
}

/** Converts plain data to a storable message. */
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
