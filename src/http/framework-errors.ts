import { type SchemaError, schemaProblem } from '../core/json-schema.ts';
import { listed, type Message, message } from '../core/message.ts';

/** An error that Fastify itself has made: of a body or address that never came to a route. */
interface FrameworkError extends Error {
  readonly code?: string;
  /** What Ajv says of a body or query that misses its schema. */
  readonly validation?: readonly (SchemaError & { readonly instancePath: string })[];
  readonly validationContext?: string;
}

/** A body can have one for each of its bytes; these are told. */
const MAX_PROBLEMS = 10;

const BY_CODE: Readonly<Record<string, Message>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: message`Request body is too large`,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: message`Request body size did not match Content-Length`,
};

/** What Fastify says, as a message of ours: what its errors can say is known. */
export function frameworkMessage(error: FrameworkError): Message {
  const { code = '', validation, validationContext = 'body' } = error;
  if (validation !== undefined && validation.length > 0) {
    const problems = validation
      .slice(0, MAX_PROBLEMS)
      .map((one) => schemaProblem(validationContext + one.instancePath, one));
    return listed(problems, ', ');
  }
  const path = code === 'FST_ERR_BAD_URL' && /^'(.*)' is not a valid url component$/s.exec(error.message);
  if (path) return message`'${path[1] ?? ''}' is not a valid url component`;
  return BY_CODE[code] ?? message`${error.message}`;
}
