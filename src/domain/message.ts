/** A message as plain data: how it is kept, and how it goes from thread to thread. */
export interface MessageData {
  /** The English text with `{0}`, `{1}`, … where the values go; translations are found by it. */
  readonly template: string;
  readonly values: readonly MessageValue[];
}

/** What a message can hold in its places: texts and numbers as they are, or another message. */
export type MessageValue = string | number | MessageData;

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
 * Makes a message; a template literal's tag. Values are formatted by their caller where that matters: a number
 * is told with all its digits.
 *
 * @example
 * ```ts
 * message`${done} of ${all} seconds`; // template '{0} of {1} seconds'
 * ```
 */
export function message(parts: TemplateStringsArray, ...values: MessageValue[]): Message {
  const template = parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
  return new Message(template, values);
}

/** Messages in a row as one. */
export function listed(messages: readonly MessageValue[], separator: string): Message {
  return new Message(messages.map((_, index) => `{${index}}`).join(separator), messages);
}

/** A message's text in English. */
export function inEnglish({ template, values }: MessageData): string {
  return fill(
    template,
    values.map((value) => (typeof value === 'object' ? inEnglish(value) : String(value))),
  );
}

/** A template with texts in its places. */
export function fill(template: string, values: readonly string[]): string {
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
    values.map((value) =>
      typeof value === 'object' ? revived(value) : typeof value === 'string' ? storableString(value) : value,
    ),
  );
}

function storableString(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
