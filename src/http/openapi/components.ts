import { isDeepStrictEqual } from 'node:util';
import type { SignInConfig, SignInScheme } from '../../config.ts';
import { SESSION_COOKIE } from '../auth/schemes.ts';

/** A schema, or another part of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** Collects the schemas that have a title, so that each is written once, as a component of that name. */
export class SchemaComponents {
  readonly schemas: Record<string, Json> = {};
  readonly #known = new WeakMap<object, Json>();

  /**
   * Returns the schema for the document: a reference if it has a title.
   *
   * @throws Error if a different schema has the same title
   */
  refer(schema: object): Json {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const written = this.#named(this.#within(schema) as Json);
    this.#known.set(schema, written);
    return written;
  }

  #named(inner: Json): Json {
    const { title } = inner;
    if (typeof title !== 'string') return inner;
    const { title: _, ...named } = inner;
    const known = this.schemas[title];
    if (known !== undefined && !isDeepStrictEqual(known, named))
      throw new Error(`two schemas have the title ${title}`);
    this.schemas[title] = named;
    return { $ref: `#/components/schemas/${title}` };
  }

  #within(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#part(item));
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, LITERAL.has(key) ? part : this.#part(part)]),
    );
  }

  #part(value: unknown): unknown {
    const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isSchema ? this.refer(value) : this.#within(value);
  }
}

/** Keywords whose values are literals, not schemas. */
const LITERAL: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples', 'required']);

/** A request header. */
interface Header {
  readonly description: string;
  readonly schema: { readonly type: 'string'; readonly examples?: readonly string[] };
}

const header = (description: string, ...examples: string[]): Header => ({
  description,
  schema: { type: 'string', ...(examples.length === 0 ? {} : { examples }) },
});

/** The headers that set the language and the time zone of responses (contract, section 5). */
export const LOCALE_HEADERS = {
  'SO-Language': header(
    'The language of texts. Takes precedence over Accept-Language. * or x returns texts untranslated',
    'nb',
  ),
  'Accept-Language': header('The language of texts. Without a language, texts are not translated'),
  'SO-Culture': header('The format of numbers and dates inside texts; by default that of the language'),
  'SO-TimeZone': header(
    'The time zone of times in the request and the response: a code, an id or an IANA name. The response repeats it. includeTZOffset adds offsets',
    'NO',
    '261, includeTZOffset',
    'Europe/Oslo',
  ),
} as const;

/** Conditional requests and ranges (contract, section 5; RFC 9110). */
export const CONDITION_HEADERS = {
  'If-Match': header('ETags: returns 412 if none of them is current'),
  'If-None-Match': header('ETags: returns 304, or 412 for changes, if one of them is current'),
  'If-Modified-Since': header('Returns 304 if it has not changed since; invalid dates are ignored'),
  'If-Unmodified-Since': header('Returns 412 if it has changed since; invalid dates are ignored'),
  Range: header('The byte range of the file', 'bytes=0-1023'),
  'If-Range': header('Returns the range only if this ETag is current, and otherwise the whole file'),
} as const;

/** The security schemes by sign-in scheme (contract, section 5). */
const SCHEMES: Readonly<Record<SignInScheme, readonly [string, Json]>> = {
  basic: ['Basic', { type: 'http', scheme: 'basic', description: 'Login and password' }],
  bearer: ['Bearer', { type: 'http', scheme: 'bearer', description: 'An API token: 8A:…' }],
  jwt: [
    'Bearer',
    { type: 'http', scheme: 'bearer', description: 'An API token, or a JWT from the OIDC issuer' },
  ],
  ticket: [
    'SoTicket',
    {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description: 'SoTicket, a space, and the ticket that POST /api/v1/SignIn returned: SoTicket 7T:…',
    },
  ],
  cookie: [
    'Session',
    {
      type: 'apiKey',
      in: 'cookie',
      name: SESSION_COOKIE,
      description: 'A session cookie from POST /api/v1/SignIn with Cookie; requires X-XSRF-TOKEN',
    },
  ],
};

const XSRF = {
  type: 'apiKey',
  in: 'header',
  name: 'X-XSRF-TOKEN',
  description: 'The value of the cookie XSRF-TOKEN',
};
const APP_TOKEN = {
  type: 'apiKey',
  in: 'header',
  name: 'SO-AppToken',
  description: 'The token of a registered application, in addition to any other scheme',
};

type SignIn = Pick<SignInConfig, 'schemes' | 'requireAppToken'>;

/** The security schemes of the document: those that are enabled. */
export function securitySchemes({ schemes }: SignIn): Record<string, Json> {
  return {
    ...Object.fromEntries(schemes.map((scheme) => SCHEMES[scheme])),
    ...(schemes.includes('cookie') ? { Xsrf: XSRF } : {}),
    AppToken: APP_TOKEN,
  };
}

/** The security requirements of a call, of which one must be met. */
export function securityOf({ schemes, requireAppToken }: SignIn, changes: boolean): Json[] {
  const names = new Set(schemes.map((scheme) => SCHEMES[scheme][0]));
  return [...names].map((name) => ({
    [name]: [],
    ...(name === 'Session' && changes ? { Xsrf: [] } : {}),
    ...(name !== 'Session' && requireAppToken ? { AppToken: [] } : {}),
  }));
}
