import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

// Validates every response in the tests against the server's own OpenAPI document.

type Json = Record<string, unknown>;
type Responses = Record<string, { content?: Record<string, unknown>; $ref?: string }>;

interface Checker {
  check(method: string, path: string, status: number, type: string | null, body: unknown): void;
}

let checker: Promise<Checker | undefined> | undefined;

/**
 * Validates a response against the server's OpenAPI document: status, media type and, for JSON, the schema, which must name
 * every property of the body.
 *
 * @throws Error if the response doesn't match the document
 */
export async function checkAnswer(
  server: string,
  method: string,
  path: string,
  { status, headers }: Response,
  body: unknown,
): Promise<void> {
  checker ??= readDocument(server);
  const found = await checker;
  if (found === undefined) checker = undefined;
  found?.check(method, path, status, headers.get('content-type'), body);
}

/** `undefined` if the server has exited: tests stop and kill servers. */
async function readDocument(server: string): Promise<Checker | undefined> {
  try {
    const response = await fetch(`${server}/openapi.json`);
    return response.ok ? checkerOf((await response.json()) as Json) : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function checkerOf(document: Json): Checker {
  close(document);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false, allErrors: true });
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  const paths = Object.entries(document.paths as Record<string, Json>)
    .map(([template, methods]) => ({
      template,
      methods,
      pattern: new RegExp(`^${template.replaceAll(/[.$]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
    }))
    .sort((a, b) => Number(a.template.includes('{')) - Number(b.template.includes('{')));

  const validatorAt = (pointer: string): ValidateFunction => {
    let validator = validators.get(pointer);
    if (validator === undefined) {
      validator = ajv.compile({ $ref: `openapi#${pointer}` });
      validators.set(pointer, validator);
    }
    return validator;
  };

  return {
    check(method, path, status, type, body) {
      const what = `${method} ${path} answered ${status}, and the OpenAPI document`;
      const known = paths.filter(({ pattern }) => pattern.test(path.split('?')[0] ?? ''));
      const at = known.find(({ methods }) => method.toLowerCase() in methods);
      if (at === undefined) {
        if (status <= 400 || [404, 405].includes(status) || known.length > 0)
          return missingIsFine(what, method, status);
        throw new Error(`${what} has no such call`);
      }
      const { responses } = at.methods[method.toLowerCase()] as { responses: Responses };
      const key = String(status) in responses ? String(status) : 'default';
      if (key === 'default' && status < 400) throw new Error(`${what} has no such status`);
      const operation = `/paths/${asToken(at.template)}/${method.toLowerCase()}/responses/${key}`;
      const reference = responses[key]?.$ref?.slice(1);
      const pointer = reference ?? operation;
      const response = pointer
        .slice(1)
        .split('/')
        .reduce((part, name) => part[fromToken(name)] as Json, document) as { content?: Json };
      const media = type?.split(';')[0] ?? '';
      if (response.content === undefined) {
        if (media !== '' && body !== undefined) throw new Error(`${what} has no body there`);
        return;
      }
      if (!(media in response.content)) {
        if (!('*/*' in response.content)) throw new Error(`${what} does not have ${media} there`);
        return;
      }
      if (!media.endsWith('json')) return;
      const validate = validatorAt(`${pointer}/content/${asToken(media)}/schema`);
      if (!validate(body))
        throw new Error(
          `${what} has something else: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)?.slice(0, 2000)}`,
        );
    },
  };
}

function missingIsFine(what: string, method: string, status: number): void {
  if ([404, 405].includes(status) || ['HEAD', 'OPTIONS'].includes(method)) return;
  if (status === 400 && /%(?![0-9a-f]{2})/i.test(what)) return; // a malformed path belongs to no route
  throw new Error(`${what} has no such call`);
}

/** Forbids properties that the schemas don't name. */
function close(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const schema = part as Json;
  if (schema.type === 'object' && 'properties' in schema && !('additionalProperties' in schema))
    schema.additionalProperties = false;
  for (const inner of Object.values(schema)) close(inner);
}

const asToken = (name: string): string =>
  encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
const fromToken = (name: string): string =>
  decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
