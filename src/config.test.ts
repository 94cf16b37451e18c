import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { logRenamedSettings, readConfig } from './config.ts';
import type { OperatorError } from './core/errors.ts';
import { SETTINGS } from './settings/settings.ts';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    return (error as OperatorError).problems;
  }
  throw new Error('the settings were accepted');
};

test('the defaults apply if nothing is set', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 7243,
    databaseUrl: undefined,
    leaseSeconds: 30,
    handlers: [],
  });
});

test('the kind of database goes with its address', () => {
  const DATABASE_URL = 'postgres://localhost/x';
  expect(readConfig({}).databaseBackend).toBe('pglite');
  expect(readConfig({ DATABASE_BACKEND: 'pglite' }).databaseBackend).toBe('pglite');
  expect(readConfig({ DATABASE_URL }).databaseBackend).toBe('postgres');
  expect(readConfig({ DATABASE_URL, DATABASE_BACKEND: 'Citus' }).databaseBackend).toBe('citus');
  expect(problemsOf({ DATABASE_URL, DATABASE_BACKEND: 'pglite' })).toEqual([
    'DATABASE_BACKEND is "pglite"; with DATABASE_URL postgres, citus are accepted.',
  ]);
});

describe('an invalid setting is reported in one line that says what is accepted', () => {
  test.each([
    ['PORT', '70000', 'a whole number from 0 to 65535'],
    ['PORT', 'http', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['DATABASE_BACKEND', 'citus', 'which requires pglite'],
    ['DATABASE_BACKEND', 'oracle', 'pglite, postgres, citus are'],
    ['DATABASE_LISTEN_URL', 'postgres://x/y', 'both or none'],
    ['BATCHLINE_DATABASE_POOLER', 'perhaps', 'auto, true or false'],
    ['BATCHLINE_IDLE_TRANSACTION_SECONDS', '0', 'a whole number from 1 to 3600'],
    ['BATCHLINE_ADMIN', 'nopassword', 'is not login:password'],
    ['BATCHLINE_ADMIN', 'admin:short', 'at least 8 characters'],
    ['BATCHLINE_MIN_PASSWORD_LENGTH', '0', 'BATCHLINE_MIN_PASSWORD_LENGTH'],
    ['BATCHLINE_HANDLERS', './not/there.ts', 'a module or folder that exists'],
    ['BATCHLINE_INPUT_DIR', './not/there', 'a folder that exists'],
    ['BATCHLINE_LEASE_SECONDS', '1', 'a whole number from 2 to 3600'],
    ['BATCHLINE_ALLOW_PRIVATE_ADDRESSES', 'yes', 'true or false'],
    ['BATCHLINE_TENANT', 'x'.repeat(40), 'at most 39'],
    ['BATCHLINE_TIME_ZONE', 'Mars', 'a code such as NO'],
    ['BATCHLINE_TIME_ZONE', '+01:00', 'an IANA name'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info'],
    ['BATCHLINE_SIGN_IN', 'basic,digest', 'basic, bearer, jwt, ticket, cookie are'],
    ['BATCHLINE_TICKET_MINUTES', '0', 'a whole number from 1'],
    ['BATCHLINE_TRUST_PROXY', '10.0.0.0/33', '10.0.0.0/8'],
    ['BATCHLINE_TRUST_PROXY', 'everybody', '10.0.0.0/8'],
    ['BATCHLINE_CORS_ORIGINS', 'https://app.example/', 'without a path'],
    ['BATCHLINE_CORS_ORIGINS', '*,https://app.example.com', '* alone'],
    ['BATCHLINE_CORS_ORIGINS', 'null', 'https://app.example.com'],
    ['BATCHLINE_RATE_LIMIT_PER_SECOND', '-1', 'a whole number from 0'],
    ['BATCHLINE_RATE_BURST_REQUESTS', '0', 'a whole number from 1'],
    ['BATCHLINE_REQUEST_TIMEOUT_SECONDS', '1', 'a whole number from 10'],
    ['BATCHLINE_HSTS_SECONDS', 'yes', 'a whole number from 0'],
    ['BATCHLINE_OIDC_ISSUER', 'https://issuer.example', 'both or none'],
    ['BATCHLINE_OIDC_AUDIENCE', 'batchline', 'both or none'],
    ['BATCHLINE_OIDC_CLIENT_ID', 'batchline', 'set without BATCHLINE_OIDC_CLIENT_SECRET'],
    ['BATCHLINE_OIDC_CLIENT_SECRET', 'secret', 'set without BATCHLINE_OIDC_CLIENT_ID'],
    ['BATCHLINE_OIDC_REDIRECT', 'true', 'true without BATCHLINE_OIDC_CLIENT_ID'],
    ['BATCHLINE_PASSWORD_SIGN_IN', 'false', 'false without BATCHLINE_OIDC_ISSUER'],
    ['BATCHLINE_OIDC_CLIENT_SCOPES', 'profile', 'one of them openid'],
    ['BATCHLINE_OIDC_JWKS', 'http://issuer.example/keys', 'an https address'],
    ['BATCHLINE_OIDC_ISSUER', 'issuer', 'an https address'],
    ['BATCHLINE_CONFIG', './not/there.env', 'a file that exists'],
  ])('%s=%s', (name, value, accepted) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).toContain(accepted);
    expect(problems[0]).not.toContain('\n');
  });
});

test('all invalid settings are reported at once', () => {
  expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'y', BATCHLINE_SHUTDOWN_GRACE_SECONDS: 'z' })).toHaveLength(3);
});

test('BATCHLINE_MIN_PASSWORD_LENGTH applies to the password of BATCHLINE_ADMIN', () => {
  const env = { BATCHLINE_ADMIN: 'admin:x', BATCHLINE_MIN_PASSWORD_LENGTH: '1' };
  expect(readConfig(env)).toMatchObject({ admin: { password: 'x' }, signIn: { minPasswordLength: 1 } });
});

test('a password may have colons', () => {
  expect(readConfig({ BATCHLINE_ADMIN: 'admin:a:b:c:d:e' }).admin).toEqual({
    login: 'admin',
    password: 'a:b:c:d:e',
  });
});

/** Writes a settings file for this test. */
const settingsFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'batchline-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.env');
  writeFileSync(file, text);
  return file;
};

test('the environment takes precedence over a settings file', () => {
  const file = settingsFile('# a comment\nPORT=8000\nBATCHLINE_TENANT = mine \n');
  expect(readConfig({ BATCHLINE_CONFIG: file, PORT: '9000' })).toMatchObject({
    port: 9000,
    serialNumber: 'mine',
  });
});

test('an error in a settings file names its line', () => {
  const file = settingsFile('PORT=8000\nLOG_LEVEL=loud\n');
  expect(problemsOf({ BATCHLINE_CONFIG: file })).toEqual([
    'LOG_LEVEL in settings.env:2 is "loud"; trace, debug, info, warn, error, fatal, silent are accepted.',
  ]);
});

test('every setting has a documentation, a default that it accepts, and names of its own', () => {
  const names = SETTINGS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, kind, doc, default: fallback } of SETTINGS) {
    expect(doc, name).toMatch(/^\S.*\.$/);
    expect(kind.values, name).not.toBe('');
    if (fallback !== undefined) expect(() => kind.parse(fallback), name).not.toThrow();
  }
});

describe('earlier names', () => {
  /** A value that is accepted and isn't the default. */
  const otherThan = (fallback: string | undefined, name: string): string => {
    if (name === 'BATCHLINE_INPUT_DIR') return '.';
    if (name === 'BATCHLINE_TENANT') return 'mine';
    return String(Number(fallback ?? 7) + 1);
  };
  const renamed = SETTINGS.flatMap(({ name, default: fallback, aliases = [] }) =>
    aliases.map((alias) => ({ alias, name, value: otherThan(fallback, name) })),
  );

  test.each(renamed)('$alias sets $name', ({ alias, name, value }) => {
    const { renamedSettings, nodeId: _, ...config } = readConfig({ [alias]: value });
    expect(renamedSettings).toEqual([{ alias, name }]);
    expect(config).toEqual({
      ...readConfig({ [name]: value }),
      renamedSettings: undefined,
      nodeId: undefined,
    });
  });

  test('log one warning each', () => {
    const config = readConfig({ BATCHLINE_LEASE: '7', BATCHLINE_SERIAL: 'mine', BATCHLINE_TENANT: 'mine' });
    expect(config).toMatchObject({ leaseSeconds: 7, serialNumber: 'mine' });
    const warn = vi.fn();
    logRenamedSettings(config, { warn } as unknown as Logger);
    expect(warn.mock.calls).toEqual([
      [
        { event: 'settings.renamed', setting: 'BATCHLINE_SERIAL', name: 'BATCHLINE_TENANT' },
        'setting has a new name',
      ],
      [
        { event: 'settings.renamed', setting: 'BATCHLINE_LEASE', name: 'BATCHLINE_LEASE_SECONDS' },
        'setting has a new name',
      ],
    ]);
  });

  test('an error names the variable that was given', () => {
    expect(problemsOf({ BATCHLINE_GRACE: '-1' })).toEqual([
      'BATCHLINE_GRACE is "-1"; a whole number from 0 to 3600 is accepted.',
    ]);
  });

  test('must not contradict the name', () => {
    expect(problemsOf({ BATCHLINE_LEASE: '7', BATCHLINE_LEASE_SECONDS: '8' })).toEqual([
      'BATCHLINE_LEASE_SECONDS and its earlier name BATCHLINE_LEASE have different values; BATCHLINE_LEASE_SECONDS alone is accepted.',
    ]);
  });

  test('in the environment take precedence over a settings file', () => {
    const file = settingsFile('BATCHLINE_LEASE_SECONDS=8\n');
    expect(readConfig({ BATCHLINE_CONFIG: file, BATCHLINE_LEASE: '7' }).leaseSeconds).toBe(7);
  });
});

test('only the ways to sign in that are named are on, and the issuer comes with its defaults', () => {
  expect(readConfig({}).signIn.schemes).toEqual(['basic', 'bearer', 'jwt', 'ticket', 'cookie']);
  const { signIn } = readConfig({
    BATCHLINE_SIGN_IN: 'Ticket, basic,',
    BATCHLINE_OIDC_ISSUER: 'http://127.0.0.1:1/realm',
    BATCHLINE_OIDC_AUDIENCE: 'batchline',
  });
  expect(signIn.schemes).toEqual(['basic', 'ticket']);
  expect(signIn.oidc).toEqual({
    issuer: 'http://127.0.0.1:1/realm',
    audience: 'batchline',
    clientId: undefined,
    clientName: 'SSO',
    clientScopes: 'openid profile email',
    clientSecret: undefined,
    clientRedirect: false,
    clientSignOut: false,
    jwks: undefined,
    skewSeconds: 30,
    loginClaim: 'preferred_username',
    rolesClaim: undefined,
    tenantClaim: undefined,
    scopesClaim: undefined,
    create: false,
  });
});

test('a client of an OIDC provider needs an issuer and sessions, but no audience', () => {
  const client = { BATCHLINE_OIDC_CLIENT_ID: 'batchline', BATCHLINE_OIDC_CLIENT_SECRET: 'secret' };
  const complete = { ...client, BATCHLINE_OIDC_ISSUER: 'https://issuer.example' };
  expect(readConfig(complete).signIn).toMatchObject({
    oidc: undefined,
    oidcClient: { clientId: 'batchline' },
  });
  expect(problemsOf(client)).toEqual([
    'BATCHLINE_OIDC_CLIENT_ID is set without BATCHLINE_OIDC_ISSUER; both or none are accepted.',
  ]);
  expect(problemsOf({ ...complete, BATCHLINE_SIGN_IN: 'basic' })).toEqual([
    'BATCHLINE_OIDC_CLIENT_ID is set, but BATCHLINE_SIGN_IN does not include cookie.',
  ]);
});

test('without sign-in by password, only methods that need none remain, and BATCHLINE_ADMIN is a login', () => {
  const config = readConfig({
    BATCHLINE_PASSWORD_SIGN_IN: 'false',
    BATCHLINE_OIDC_ISSUER: 'https://login.example.org/realms/main',
    BATCHLINE_OIDC_CLIENT_ID: 'batchline',
    BATCHLINE_OIDC_CLIENT_SECRET: 'secret',
    BATCHLINE_ADMIN: 'anna@example.org',
  });
  expect(config.signIn.schemes).toEqual(['bearer', 'jwt', 'cookie']);
  expect(config.admin).toEqual({ login: 'anna@example.org', password: undefined });
});
