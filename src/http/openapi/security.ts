import type { SignInConfig, SignInScheme } from '../../config.ts';
import { SESSION_COOKIE } from '../auth/cookies.ts';
import type { Json } from './components.ts';

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
