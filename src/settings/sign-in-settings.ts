import {
  flag,
  integer,
  milliseconds,
  parsed,
  Rejected,
  type Setting,
  someOf,
  text,
  trustworthyAddress,
} from './kinds.ts';

/** Sign-in methods, in the order of WWW-Authenticate. */
const SIGN_IN_SCHEMES = ['basic', 'bearer', 'jwt', 'ticket', 'cookie'] as const;

/** A sign-in method (contract, section 5: Authorization). */
export type SignInScheme = (typeof SIGN_IN_SCHEMES)[number];

/** The first administrator. */
export const ADMINISTRATOR = {
  admin: {
    name: 'BATCHLINE_ADMIN',
    kind: parsed('`login:password`, `login`', (given) => {
      const [, login, password] = /^([^:\s]{1,100})(?::(.+))?$/.exec(given) ?? [];
      if (login !== undefined) return { login, password };
      throw new Rejected(
        ' is not login:password; a login without spaces, a colon and a password are accepted.',
      );
    }),
    defaultDoc: '`admin` with a generated password',
    doc: 'Administrator that the first start creates. Later starts ignore it. Without sign-in by password, the login alone, as in BATCHLINE_OIDC_LOGIN_CLAIM, and there is no default.',
  },
} as const satisfies Record<string, Setting>;

/** Sign-in methods, sessions and password rules. */
export const SIGN_IN = {
  schemes: {
    name: 'BATCHLINE_SIGN_IN',
    kind: someOf(SIGN_IN_SCHEMES),
    default: SIGN_IN_SCHEMES.join(',') as string,
    doc: 'Enabled sign-in methods, separated by commas.',
  },
  passwords: {
    name: 'BATCHLINE_PASSWORD_SIGN_IN',
    kind: flag,
    default: 'true',
    doc: 'People sign in with login and password. `false` disables that, `basic` and `ticket`, and requires BATCHLINE_OIDC_ISSUER.',
  },
  minPasswordLength: {
    name: 'BATCHLINE_MIN_PASSWORD_LENGTH',
    kind: integer(1, 1000),
    default: '8',
    doc: 'Minimum length of a new password, in characters.',
  },
  ticketIdleMs: {
    name: 'BATCHLINE_TICKET_MINUTES',
    kind: milliseconds('minutes', 1, 43_200),
    default: '360',
    doc: 'A SoTicket expires if it is not used for this long.',
  },
  sessionIdleMs: {
    name: 'BATCHLINE_SESSION_MINUTES',
    kind: milliseconds('minutes', 1, 43_200),
    default: '60',
    doc: 'A cookie session expires if it is not used for this long.',
  },
  maxMs: {
    name: 'BATCHLINE_SIGN_IN_HOURS',
    kind: milliseconds('hours', 1, 8760),
    default: '168',
    doc: 'Maximum lifetime of a SoTicket or cookie session, even if it is in use.',
  },
  freeFailures: {
    name: 'BATCHLINE_SIGN_IN_FAILURES',
    kind: integer(1, 1000),
    default: '5',
    doc: 'Wrong passwords allowed for a login from one address before further attempts are delayed.',
  },
  requireAppToken: {
    name: 'BATCHLINE_REQUIRE_APP_TOKEN',
    kind: flag,
    default: 'false',
    doc: 'Rejects calls without the SO-AppToken of a registered application. Cookie sessions need none.',
  },
} as const satisfies Record<string, Setting>;

/** The OIDC issuer whose JWTs sign in, and at which people sign in to the page. */
export const OIDC = {
  issuer: {
    name: 'BATCHLINE_OIDC_ISSUER',
    kind: trustworthyAddress,
    doc: 'OIDC issuer, exactly as in the `iss` claim of its tokens. Requires BATCHLINE_OIDC_CLIENT_ID, BATCHLINE_OIDC_AUDIENCE or both.',
  },
  audience: {
    name: 'BATCHLINE_OIDC_AUDIENCE',
    kind: text('an audience'),
    doc: 'Accepts JWTs of the issuer as bearer tokens if their `aud` claim contains this. Requires BATCHLINE_OIDC_ISSUER.',
  },
  clientId: {
    name: 'BATCHLINE_OIDC_CLIENT_ID',
    kind: text('a client ID'),
    doc: 'Client ID of the dashboard at the issuer. Offers the sign-in there. Requires BATCHLINE_OIDC_CLIENT_SECRET.',
  },
  clientSecret: {
    name: 'BATCHLINE_OIDC_CLIENT_SECRET',
    kind: text('a client secret'),
    doc: 'Secret of the client.',
  },
  clientScopes: {
    name: 'BATCHLINE_OIDC_CLIENT_SCOPES',
    kind: parsed('scopes', (given) => {
      if (given.split(' ').includes('openid')) return given;
      throw new Rejected(` is "${given}"; scopes separated by spaces, one of them openid, are accepted.`);
    }),
    default: 'openid profile email',
    doc: 'Scopes that the sign-in requests, separated by spaces.',
  },
  clientName: {
    name: 'BATCHLINE_OIDC_NAME',
    kind: text('a name', 40),
    default: 'SSO',
    doc: 'Name of the provider on the button: "Sign in with …".',
  },
  clientRedirect: {
    name: 'BATCHLINE_OIDC_REDIRECT',
    kind: flag,
    default: 'false',
    doc: 'The dashboard goes to the sign-in at the provider at once, except after signing out. Requires BATCHLINE_OIDC_CLIENT_ID.',
  },
  clientSignOut: {
    name: 'BATCHLINE_OIDC_SIGN_OUT',
    kind: flag,
    default: 'false',
    doc: 'Signing out of the dashboard also signs out at the provider.',
  },
  jwks: {
    name: 'BATCHLINE_OIDC_JWKS',
    kind: trustworthyAddress,
    defaultDoc: 'discovery document',
    doc: "Address of the issuer's signing keys.",
  },
  skewSeconds: {
    name: 'BATCHLINE_OIDC_SKEW_SECONDS',
    aliases: ['BATCHLINE_OIDC_SKEW'],
    kind: integer(0, 600),
    default: '30',
    doc: "Allowed difference between the issuer's clock and the server's.",
  },
  loginClaim: {
    name: 'BATCHLINE_OIDC_LOGIN_CLAIM',
    kind: text('a claim'),
    default: 'preferred_username',
    doc: 'Claim with the login. `email` is accepted only if it is verified.',
  },
  rolesClaim: {
    name: 'BATCHLINE_OIDC_ROLES_CLAIM',
    kind: text('a claim'),
    doc: 'Claim with the roles; dots address nested claims. If it is not set, the roles of the associate apply.',
  },
  tenantClaim: {
    name: 'BATCHLINE_OIDC_TENANT_CLAIM',
    kind: text('a claim'),
    doc: 'Claim with the DatabaseSerialNumber. If it is not set, the tenant of the associate applies.',
  },
  scopesClaim: {
    name: 'BATCHLINE_OIDC_SCOPES_CLAIM',
    kind: text('a claim'),
    doc: 'Claim with the scopes (`read`, `write`, `admin`, with or without the prefix `batchline.`). If it is not set, a JWT has every scope.',
  },
  create: {
    name: 'BATCHLINE_OIDC_CREATE',
    kind: flag,
    default: 'false',
    doc: 'Creates an associate for an unknown login instead of rejecting it.',
  },
} as const satisfies Record<string, Setting>;
