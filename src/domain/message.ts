/** What a message can hold in its places: texts and numbers as they are, or another message. */
export type MessageValue = string | number | Message;

/**
 * A text of our own for people, with its values apart, so that it can be told in the reader's language. As a
 * string it is English.
 */
export class Message {
  /** The English text with `{0}`, `{1}`, … where the values go; translations are found by it. */
  readonly template: string;
  readonly values: readonly MessageValue[];

  constructor(template: string, values: readonly MessageValue[]) {
    this.template = template;
    this.values = values;
  }

  toString(): string {
    return fill(this.template, this.values.map(String));
  }
}

/**
 * Makes a message; a template literal's tag.
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

/** A template with texts in its places. */
export function fill(template: string, values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (place, index) => values[Number(index)] ?? place);
}
