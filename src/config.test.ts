import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig, SETTINGS } from './config.ts';
import type { OperatorError } from './domain/operator-error.ts';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    return (error as OperatorError).problems;
  }
  throw new Error('the settings were accepted');
};

test('without any setting the defaults hold', () => {
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

describe('a wrong setting is told in one line that says what is accepted', () => {
  test.each([
    ['PORT', '70000', 'a whole number from 0 to 65535'],
    ['PORT', 'http', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['DATABASE_BACKEND', 'citus', 'pglite is accepted there'],
    ['DATABASE_BACKEND', 'oracle', 'with it postgres, citus'],
    ['DATABASE_LISTEN_URL', 'postgres://x/y', 'both or none'],
    ['BATCHLINE_DATABASE_POOLER', 'perhaps', 'auto, true or false'],
    ['BATCHLINE_IDLE_TRANSACTION', '0', 'a whole number from 1 to 3600'],
    ['BATCHLINE_ADMIN', 'nopassword', 'login:password'],
    ['BATCHLINE_ADMIN', 'admin:short', 'at least 8 characters'],
    ['BATCHLINE_MIN_PASSWORD_LENGTH', '0', 'BATCHLINE_MIN_PASSWORD_LENGTH'],
    ['BATCHLINE_HANDLERS', './not/there.ts', 'a module or folder that exists'],
    ['BATCHLINE_INPUT', './not/there', 'a folder that exists'],
    ['BATCHLINE_LEASE', '1', 'a whole number from 2 to 3600'],
    ['BATCHLINE_ALLOW_PRIVATE_ADDRESSES', 'yes', 'true or false'],
    ['BATCHLINE_SERIAL', 'x'.repeat(40), 'at most 39'],
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
    ['BATCHLINE_RATE_LIMIT', '-1', 'a whole number from 0'],
    ['BATCHLINE_RATE_BURST', '0', 'a whole number from 1'],
    ['BATCHLINE_REQUEST_TIMEOUT', '1', 'a whole number from 10'],
    ['BATCHLINE_HSTS', 'yes', 'a whole number from 0'],
    ['BATCHLINE_OIDC_ISSUER', 'https://issuer.example', 'both or none'],
    ['BATCHLINE_OIDC_AUDIENCE', 'batchline', 'both or none'],
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

test('all wrong settings are told at once', () => {
  expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'y', BATCHLINE_GRACE: 'z' })).toHaveLength(3);
});

test('BATCHLINE_MIN_PASSWORD_LENGTH holds for the password of BATCHLINE_ADMIN too', () => {
  const env = { BATCHLINE_ADMIN: 'admin:x', BATCHLINE_MIN_PASSWORD_LENGTH: '1' };
  expect(readConfig(env)).toMatchObject({ admin: { password: 'x' }, signIn: { minPasswordLength: 1 } });
});

test('a password may have colons', () => {
  expect(readConfig({ BATCHLINE_ADMIN: 'admin:a:b:c:d:e' }).admin).toEqual({
    login: 'admin',
    password: 'a:b:c:d:e',
  });
});

test('a settings file stands behind the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchline-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.env');
  writeFileSync(file, '# a comment\nPORT=8000\nBATCHLINE_SERIAL = mine \n');
  expect(readConfig({ BATCHLINE_CONFIG: file, PORT: '9000' })).toMatchObject({
    port: 9000,
    serialNumber: 'mine',
  });
});

test('every setting has a meaning and is written once', () => {
  expect(new Set(SETTINGS.map((setting) => setting.name)).size).toBe(SETTINGS.length);
  for (const setting of SETTINGS) expect(setting.meaning).not.toBe('');
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
    jwks: undefined,
    skewSeconds: 30,
    loginClaim: 'preferred_username',
    rolesClaim: undefined,
    tenantClaim: undefined,
    scopesClaim: undefined,
    create: false,
  });
});
