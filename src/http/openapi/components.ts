import { isDeepStrictEqual } from 'node:util';
import type { SignInConfig, SignInScheme } from '../../config.ts';
import { SESSION_COOKIE } from '../auth/credentials.ts';

/** A schema, or a part of a document. */
export type Json = Readonly<Record<string, unknown>>;

/** Gathers the schemas of a document that have a title: each is written once, by that name. */
export class SchemaComponents {
  readonly schemas: Record<string, Json> = {};
  readonly #known = new WeakMap<object, Json>();

  /**
   * The schema as the document has it: a reference where it has a title.
   *
   * @throws Error where another schema has the same title
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

/** What holds values and no schemas. */
const LITERAL: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples', 'required']);

/** A header that calls look at. */
interface Header {
  readonly description: string;
  readonly schema: { readonly type: 'string'; readonly examples?: readonly string[] };
}

const header = (description: string, ...examples: string[]): Header => ({
  description,
  schema: { type: 'string', ...(examples.length === 0 ? {} : { examples }) },
});

/** What tells the language and the time zone of answers (contract, section 5). */
export const LOCALE_HEADERS = {
  'SO-Language': header(
    'The language of texts; counts more than Accept-Language. * or x leaves texts raw',
    'nb',
  ),
  'Accept-Language': header('The language of texts; without one they are raw'),
  'SO-Culture': header(
    'How numbers and dates are written inside texts; that of the language where it is absent',
  ),
  'SO-TimeZone': header(
    'The zone of times, both ways: a code, an id or an IANA name. The answer says which it was. includeTZOffset writes offsets',
    'NO',
    '261, includeTZOffset',
    'Europe/Oslo',
  ),
} as const;

/** Conditional requests and ranges (contract, section 5; RFC 9110). */
export const CONDITION_HEADERS = {
  'If-Match': header('ETags: refused with 412 where it has another by now'),
  'If-None-Match': header('ETags: 304, or 412 of a change, where it has one of them'),
  'If-Modified-Since': header('304 if it has not changed since; unreadable dates are ignored'),
  'If-Unmodified-Since': header('Refused with 412 if it has changed since; unreadable dates are ignored'),
  Range: header('A range of the file', 'bytes=0-1023'),
  'If-Range': header('The ETag that the range is of; another gets the whole file'),
} as const;

/** The ways to sign in (contract, section 5), by the settings that turn them on. */
const SCHEMES: Readonly<Record<SignInScheme, readonly [string, Json]>> = {
  basic: ['Basic', { type: 'http', scheme: 'basic', description: 'Login and password' }],
  bearer: ['Bearer', { type: 'http', scheme: 'bearer', description: 'An API token: 8A:…' }],
  jwt: [
    'Bearer',
    { type: 'http', scheme: 'bearer', description: 'An API token, or a JWT of the OIDC issuer' },
  ],
  ticket: [
    'SoTicket',
    {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description:
        'SoTicket and, after a blank, the ticket that POST /api/v1/SignIn has answered: SoTicket 7T:…',
    },
  ],
  cookie: [
    'Session',
    {
      type: 'apiKey',
      in: 'cookie',
      name: SESSION_COOKIE,
      description: 'A session, of POST /api/v1/SignIn with Cookie; with X-XSRF-TOKEN',
    },
  ],
};

const XSRF = {
  type: 'apiKey',
  in: 'header',
  name: 'X-XSRF-TOKEN',
  description: 'What the cookie XSRF-TOKEN has',
};
const APP_TOKEN = {
  type: 'apiKey',
  in: 'header',
  name: 'SO-AppToken',
  description: 'The token of a registered application, beside any other way to sign in',
};

type SignIn = Pick<SignInConfig, 'schemes' | 'requireAppToken'>;

/** The security schemes of the document: those that are on. */
export function securitySchemes({ schemes }: SignIn): Record<string, Json> {
  return {
    ...Object.fromEntries(schemes.map((scheme) => SCHEMES[scheme])),
    ...(schemes.includes('cookie') ? { Xsrf: XSRF } : {}),
    AppToken: APP_TOKEN,
  };
}

/** What a call needs: one of these. */
export function securityOf({ schemes, requireAppToken }: SignIn, changes: boolean): Json[] {
  const names = new Set(schemes.map((scheme) => SCHEMES[scheme][0]));
  return [...names].map((name) => ({
    [name]: [],
    ...(name === 'Session' && changes ? { Xsrf: [] } : {}),
    ...(name !== 'Session' && requireAppToken ? { AppToken: [] } : {}),
  }));
}
