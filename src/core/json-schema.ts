import { type Message, type MessageValue, message } from './message.ts';

/** The fields of an Ajv validation error that messages need. */
export interface SchemaError {
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Ajv's English message. */
  readonly message?: string | undefined;
}

/**
 * Converts an Ajv error to a translatable message with Ajv's wording. Errors of keywords that are not listed stay in
 * English.
 *
 * @param where the display name of the value
 */
export function schemaProblem(where: MessageValue, { keyword, params, message: text }: SchemaError): Message {
  const limit = String(params.limit);
  switch (keyword) {
    case 'type':
      return message`${where} must be ${String(params.type)}`;
    case 'required':
      return message`${where} must have required property '${String(params.missingProperty)}'`;
    case 'additionalProperties':
      return message`${where} must NOT have additional properties`;
    case 'enum':
      return message`${where} must be equal to one of the allowed values`;
    case 'minLength':
      return message`${where} must NOT have fewer than ${limit} characters`;
    case 'maxLength':
      return message`${where} must NOT have more than ${limit} characters`;
    case 'minItems':
      return message`${where} must NOT have fewer than ${limit} items`;
    case 'maxItems':
      return message`${where} must NOT have more than ${limit} items`;
    case 'minProperties':
      return message`${where} must NOT have fewer than ${limit} properties`;
    case 'uniqueItems':
      return message`${where} must NOT have duplicate items (items ## ${String(params.j)} and ${String(params.i)} are identical)`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return message`${where} must be ${String(params.comparison)} ${limit}`;
    case 'multipleOf':
      return message`${where} must be multiple of ${String(params.multipleOf)}`;
    case 'pattern':
      return message`${where} must match pattern "${String(params.pattern)}"`;
    case 'format':
      return message`${where} must match format "${String(params.format)}"`;
    default:
      return message`${where} ${text ?? keyword}`;
  }
}
