import { createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { SCOPES } from '../../src/core/access.ts';
import type { RequestError } from '../../src/core/errors.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { findAssociate, insertAssociate, updateAssociate } from '../../src/db/queries/account.ts';
import { JwtScheme } from '../../src/http/auth/jwt.ts';
import { SignIns } from '../../src/services/sign-ins.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.ts';

/** JWTs of an issuer of the tests' own; the database is the embedded one, since nothing here depends on which it is. */
describe('JWTs of an OIDC issuer', () => {
  const log = pino({ level: 'silent' });
  let place: Place;
  let database: Database;
  let issuer: OidcIssuer;
  let annaId: number;

  beforeAll(async () => {
    place = await createPlace('embedded');
    database = await openDatabase(readConfig(place.env), log);
    const anna = { login: 'anna', name: 'Anna', passwordHash: '', roles: ['viewer'], tenant: null } as const;
    annaId = (await insertAssociate(database.sql, anna)).id;
    await insertAssociate(database.sql, { ...anna, login: 'karen', name: 'Karen' });
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });
  beforeEach(async () => {
    issuer = await startOidcIssuer();
    return () => issuer.stop();
  });

  /** The scheme with these settings; it may ask the issuer as often as it likes unless a cooldown is given. */
  const scheme = (settings: Record<string, string> = {}, cooldownMs = 0): JwtScheme => {
    const env = { BATCHLINE_OIDC_ISSUER: issuer.url, BATCHLINE_OIDC_AUDIENCE: 'batchline', ...settings };
    const { oidc } = readConfig(env).signIn;
    if (oidc === undefined) throw new Error('there is no issuer in the settings');
    return new JwtScheme(new SignIns(database.sql), oidc, log, cooldownMs);
  };
  const refusal = (jwt: JwtScheme, token: string): Promise<RequestError> =>
    jwt.signIn(token).then(
      () => Promise.reject(new Error('the token was accepted')),
      (error) => error as RequestError,
    );
  const anna = (claims: Record<string, unknown> = {}) =>
    issuer.token({ preferred_username: 'anna', ...claims });
  const now = () => Math.floor(Date.now() / 1000);

  test('a token of the issuer signs its associate in, until it expires', async () => {
    const exp = now() + 600;
    expect(await scheme().signIn(await anna({ exp }))).toEqual({
      caller: { associateId: annaId, login: 'anna', roles: ['viewer'], tenant: null, scopes: SCOPES },
      scheme: 'jwt',
      notAfter: (exp + 30) * 1000,
    });
  });

  test('the keys may be named by a setting, and are asked for once', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_JWKS: `${issuer.url}/keys` });
    for (let call = 0; call < 3; call += 1) await jwt.signIn(await anna());
    expect(issuer.asked()).toBe(1);
  });

  const wrong: [string, () => Promise<string>][] = [
    ['of another issuer', () => anna({ iss: 'https://elsewhere.example' })],
    ['without an issuer', () => anna({ iss: undefined })],
    ['for another audience', () => anna({ aud: 'another' })],
    ['without an audience', () => anna({ aud: undefined })],
    ['that has expired', () => anna({ exp: now() - 60 })],
    ['that never expires', () => anna({ exp: undefined })],
    ['that is not valid yet', () => anna({ nbf: now() + 60 })],
    ['of an unknown key', () => issuer.token({ preferred_username: 'anna' }, { kid: 'key-99' })],
    ['without a login', () => issuer.token()],
    ['whose login is no text', () => issuer.token({ preferred_username: ['anna'] })],
    ['whose login nobody could have', () => issuer.token({ preferred_username: 'an:na\0' })],
    ['of somebody unknown', () => issuer.token({ preferred_username: 'nobody' })],
    ['whose end is missing', async () => (await anna()).slice(0, -4)],
    ['whose claims were changed', async () => swapClaims(await anna(), { preferred_username: 'admin' })],
    ['that is empty', async () => '..'],
    ['with null in the place of claims', async () => swapClaims(await anna(), null)],
    ['that is signed by nothing (alg none)', async () => unsecured()],
    ['that is signed by the public key as a secret', () => signedAs('HS256')],
    ['that is signed by another key of the same name', () => signedAs('ES256')],
    ...['NONE', 'None', 'nOnE', ''].map((alg): [string, () => Promise<string>] => [
      `whose alg is "${alg}" and that has no signature`,
      () => forged({ alg }, ''),
    ]),
    [
      'of alg none, with the signature of a good one',
      async () => forged({ alg: 'none' }, await goodSignature()),
    ],
    ['of HS256, with an empty secret', () => forged({ alg: 'HS256' }, hmac)],
    ['of HS256, with the published key as the secret', () => signedByPublishedKey('HS256')],
    ['of HS512, with the published key as the secret', () => signedByPublishedKey('HS512')],
    [
      'of RS256, with a signature of ES256',
      async () => forged({ alg: 'RS256', kid: 'key-1' }, await goodSignature()),
    ],
    [
      'of ES384, with a key of ES256',
      async () => forged({ alg: 'ES384', kid: 'key-1' }, await goodSignature()),
    ],
    ['without an alg', async () => forged({ kid: 'key-1' }, await goodSignature())],
    ['whose alg is no text', async () => forged({ alg: ['ES256'], kid: 'key-1' }, await goodSignature())],
    ['that brings its own key (jwk)', () => signedByOwn((jwk) => ({ jwk }))],
    [
      'that brings its own key under the name of a good one',
      () => signedByOwn((jwk) => ({ jwk, kid: 'key-1' })),
    ],
    [
      'that names where its key is (jku)',
      () => signedByOwn(() => ({ jku: `${issuer.url}/keys`, kid: 'key-9' })),
    ],
    [
      'that names a certificate (x5u)',
      () => signedByOwn(() => ({ x5u: 'https://evil.example/c.pem', kid: 'key-9' })),
    ],
    ['whose key is a path (kid)', () => signedByOwn(() => ({ kid: '../../dev/null' }))],
    ['whose key is SQL (kid)', () => signedByOwn(() => ({ kid: "' or 1=1 --" }))],
    [
      'with a critical header that is unknown',
      async () => forged({ alg: 'ES256', kid: 'key-1', crit: ['exp'] }, await goodSignature()),
    ],
    [
      'whose payload is not encoded (b64)',
      async () => forged({ alg: 'ES256', kid: 'key-1', b64: false, crit: ['b64'] }, await goodSignature()),
    ],
    [
      'whose signature is all zeros',
      () => forged({ alg: 'ES256', kid: 'key-1' }, Buffer.alloc(64).toString('base64url')),
    ],
    [
      'whose signature is of another token',
      async () => forged({ alg: 'ES256', kid: 'key-1' }, await goodSignature()),
    ],
    ['with five parts', async () => `${await anna()}.x.y`],
    ['whose exp is a text', () => anna({ exp: 'tomorrow' as never })],
    ['whose nbf is a text', () => anna({ nbf: 'yesterday' as never })],
    ['whose audience is a list without ours', () => anna({ aud: ['x', 'y'] })],
    ['whose audience begins like ours', () => anna({ aud: 'batchline-other' })],
    ['whose issuer has a slash more', () => anna({ iss: `${issuer.url}/` })],
    ...[
      'Anna',
      'ANNA',
      'anna ',
      ' anna',
      'anna\u200b',
      '\uff41nna',
      'a\u0578\u0578a',
      'ann\u0430',
      'anna\u0301',
    ].map((login): [string, () => Promise<string>] => [
      `of the login ${JSON.stringify(login)}, which is not anna`,
      () => anna({ preferred_username: login }),
    ]),
    ['of a login that folds to a known one', () => anna({ preferred_username: '\u212aaren' })],
  ];
  test.each(wrong)('a token %s is refused, and all look alike', async (_what, token) => {
    const error = await refusal(scheme({ BATCHLINE_OIDC_SKEW_SECONDS: '5' }), await token());
    expect(issuer.asked()).toBeLessThanOrEqual(2);
    expect(error).toMatchObject({
      kind: 'unauthenticated',
      message: 'The token is wrong, revoked or expired.',
    });
    expect(await findAssociate(database.sql, 'nobody')).toBeUndefined();
  });

  /** A token with this header, made by hand. */
  const forged = async (header: object, signature: string | ((input: string) => string)): Promise<string> => {
    const input = [header, claims()].map(inBase64).join('.');
    return `${input}.${typeof signature === 'string' ? signature : signature(input)}`;
  };
  const inBase64 = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const hmac = (input: string): string => createHmac('sha256', '').update(input).digest('base64url');
  const goodSignature = async (): Promise<string> => (await anna({ jti: 'another' })).split('.')[2] ?? '';
  const signedByPublishedKey = async (alg: string): Promise<string> => {
    const { keys } = (await (await fetch(`${issuer.url}/keys`)).json()) as { keys: object[] };
    const secret = JSON.stringify(keys[0]);
    return forged({ alg, kid: 'key-1' }, (input) =>
      createHmac(alg.replace('HS', 'sha'), secret).update(input).digest('base64url'),
    );
  };
  const signedByOwn = async (headerOf: (jwk: JWK) => object): Promise<string> => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const header = { alg: 'ES256', ...headerOf(await exportJWK(publicKey)) };
    return new SignJWT(claims()).setProtectedHeader(header).sign(privateKey);
  };
  const swapClaims = (token: string, claims: unknown): string => {
    const [header, , signature] = token.split('.');
    return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  };
  const claims = () => ({ preferred_username: 'anna', iss: issuer.url, aud: 'batchline', exp: now() + 60 });
  const unsecured = () => new UnsecuredJWT(claims()).encode();
  const signedAs = async (alg: 'HS256' | 'ES256'): Promise<string> => {
    const key = alg === 'HS256' ? Buffer.from('k'.repeat(64)) : (await generateKeyPair(alg)).privateKey;
    return new SignJWT(claims()).setProtectedHeader({ alg, kid: 'key-1' }).sign(key);
  };

  test('clocks may differ by the skew, and by no more', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_SKEW_SECONDS: '120' });
    for (const late of [{ exp: now() - 60 }, { nbf: now() + 60 }])
      expect((await jwt.signIn(await anna(late))).caller.login).toBe('anna');
    for (const tooLate of [{ exp: now() - 180 }, { nbf: now() + 180 }])
      expect((await refusal(jwt, await anna(tooLate))).kind).toBe('unauthenticated');
  });

  test('an audience may be one of several', async () => {
    expect((await scheme().signIn(await anna({ aud: ['x', 'batchline'] }))).caller.login).toBe('anna');
  });

  test('RSA and Ed25519 are accepted as well', async () => {
    for (const alg of ['RS256', 'EdDSA']) {
      const other = await startOidcIssuer(alg);
      try {
        const jwt = scheme({ BATCHLINE_OIDC_ISSUER: other.url });
        const token = await other.token({ preferred_username: 'anna' });
        expect((await jwt.signIn(token)).caller.associateId).toBe(annaId);
      } finally {
        await other.stop();
      }
    }
  });

  test('new keys count, old ones no longer', async () => {
    const jwt = scheme();
    const old = await anna();
    await jwt.signIn(old);
    await issuer.rotate();
    expect((await jwt.signIn(await anna())).caller.login).toBe('anna');
    expect((await refusal(jwt, old)).kind).toBe('unauthenticated');
  });

  test('unknown keys do not cause repeated requests to the issuer', async () => {
    const jwt = scheme({}, 60_000);
    await jwt.signIn(await anna());
    for (let call = 0; call < 5; call += 1) {
      const token = await issuer.token({ preferred_username: 'anna' }, { kid: `made-up-${call}` });
      expect((await refusal(jwt, token)).kind).toBe('unauthenticated');
    }
    expect(issuer.asked()).toBe(1);
  });

  test('an unreachable issuer: 503 with Retry-After; known keys stay valid', async () => {
    const jwt = scheme({}, 60_000);
    issuer.answer(500);
    const error = await refusal(jwt, await anna());
    expect(error).toMatchObject({ kind: 'unavailable', retryAfter: 60 });
    const patient = scheme();
    expect((await refusal(patient, await anna())).kind).toBe('unavailable');
    issuer.answer(200);
    // The first does not knock again so soon, the other may.
    expect((await refusal(jwt, await anna())).kind).toBe('unavailable');
    const token = await anna();
    await patient.signIn(token);
    issuer.answer(500);
    expect((await patient.signIn(token)).caller.login).toBe('anna');
  });

  test('a discovery document of another issuer is not believed', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_ISSUER: issuer.url.replace('127.0.0.1', 'localhost') });
    expect((await refusal(jwt, await anna())).kind).toBe('unavailable');
  });

  test('an unknown login becomes an associate without rights if the setting allows it, once', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_CREATE: 'true' });
    const token = await issuer.token({ preferred_username: 'newcomer', name: 'New Comer' });
    const callers = await Promise.all([jwt.signIn(token), jwt.signIn(token), jwt.signIn(token)]);
    expect(new Set(callers.map(({ caller }) => caller.associateId)).size).toBe(1);
    const made = await findAssociate(database.sql, 'newcomer');
    expect(made).toMatchObject({ name: 'New Comer', roles: [], tenant: null, passwordHash: '' });
  });

  test.each(['Newcomer2', '\u212aaren', 'ANNA'])(
    'a login that differs from an associate by case alone makes no second one: %s',
    async (login) => {
      const jwt = scheme({ BATCHLINE_OIDC_CREATE: 'true' });
      if (login === 'Newcomer2') await jwt.signIn(await issuer.token({ preferred_username: 'newcomer2' }));
      const error = await refusal(jwt, await issuer.token({ preferred_username: login }));
      expect(error.kind).toBe('unauthenticated');
    },
  );

  test('claims for roles or tenant narrow the sign-in, others do not', async () => {
    const narrowed = async (settings: Record<string, string>): Promise<boolean> =>
      (await scheme(settings).signIn(await anna({ tenant: 'Cust1', roles: ['viewer'] }))).caller.narrowed ===
      true;
    expect(await narrowed({})).toBe(false);
    expect(await narrowed({ BATCHLINE_OIDC_ROLES_CLAIM: 'roles' })).toBe(true);
    expect(await narrowed({ BATCHLINE_OIDC_TENANT_CLAIM: 'tenant' })).toBe(true);
  });

  test('a disabled associate stays disabled', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_CREATE: 'true' });
    const token = await issuer.token({ preferred_username: 'leaver' });
    const { caller } = await jwt.signIn(token);
    await updateAssociate(database.sql, caller.associateId, { disabled: true });
    expect((await refusal(jwt, token)).kind).toBe('unauthenticated');
  });

  test('the login is the claim that the setting names; an email must be verified', async () => {
    expect(
      (await scheme({ BATCHLINE_OIDC_LOGIN_CLAIM: 'sub' }).signIn(await issuer.token({ sub: 'anna' }))).caller
        .associateId,
    ).toBe(annaId);
    const jwt = scheme({ BATCHLINE_OIDC_LOGIN_CLAIM: 'email', BATCHLINE_OIDC_CREATE: 'true' });
    const email = { email: 'anna@example.org' };
    expect((await refusal(jwt, await issuer.token(email))).kind).toBe('unauthenticated');
    const verified = await jwt.signIn(await issuer.token({ ...email, email_verified: true }));
    expect(verified.caller.login).toBe('anna@example.org');
  });

  test('roles come from a claim where the setting names one, and only those that we know', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_ROLES_CLAIM: 'realm_access.roles' });
    const rolesOf = async (claims: JWTPayload) => (await jwt.signIn(await anna(claims))).caller.roles;
    expect(await rolesOf({ realm_access: { roles: ['administrator', 'root'] } })).toEqual(['administrator']);
    expect(await rolesOf({ realm_access: { roles: 'viewer other' } })).toEqual(['viewer']);
    for (const none of [
      {},
      { realm_access: 'administrator' },
      { realm_access: { roles: { administrator: 1 } } },
    ])
      expect(await rolesOf(none)).toEqual([]);
  });

  test('scopes come from a claim where the setting names one', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_SCOPES_CLAIM: 'scope' });
    const scopesOf = async (scope?: string) => (await jwt.signIn(await anna({ scope }))).caller.scopes;
    expect(await scopesOf('openid batchline.read write')).toEqual(['read', 'write']);
    expect(await scopesOf('openid')).toEqual([]);
    expect(await scopesOf()).toEqual([]);
  });

  test('the tenant comes from a claim where the setting names one, and must agree', async () => {
    const jwt = scheme({ BATCHLINE_OIDC_TENANT_CLAIM: 'tenant' });
    expect((await jwt.signIn(await anna({ tenant: 'Cust1' }))).caller.tenant).toBe('Cust1');
    for (const bad of [{}, { tenant: 7 }, { tenant: 'x'.repeat(40) }])
      expect((await refusal(jwt, await anna(bad))).kind).toBe('unauthenticated');
    await insertAssociate(database.sql, {
      login: 'bound',
      name: 'bound',
      passwordHash: '',
      roles: [],
      tenant: 'Cust2',
    });
    const bound = (tenant: string) => issuer.token({ preferred_username: 'bound', tenant });
    expect((await jwt.signIn(await bound('Cust2'))).caller.tenant).toBe('Cust2');
    expect((await refusal(jwt, await bound('Cust1'))).kind).toBe('unauthenticated');
  });
});
