import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FUZZ_RUNS as numRuns } from '../../../test/support/fuzz.ts';
import { RequestError, unauthenticated } from '../../core/errors.ts';
import type { Associate } from '../../db/queries/account.ts';
import { BasicScheme } from './schemes.ts';
import type { PasswordCheck } from './throttle.ts';

const anna: Associate = {
  id: 5,
  login: 'anna',
  name: 'Anna',
  passwordHash: '',
  roles: [],
  tenant: null,
  disabled: false,
  lastSignIn: null,
  lastSignInBy: null,
};

/** A fake that knows one login and password, and records the last call. */
class OneAssociate {
  asked: [string, string] | undefined;

  async check(login: string, password: string): Promise<Associate> {
    this.asked = [login, password];
    if (login !== 'anna' || password !== 'secret') throw unauthenticated`wrong`;
    return anna;
  }
}
const checked = (): [BasicScheme, OneAssociate] => {
  const passwords = new OneAssociate();
  return [
    new BasicScheme(passwords as unknown as PasswordCheck, { record: async () => undefined }),
    passwords,
  ];
};

test('any login and password are decoded unchanged', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const login = text.filter((one) => !one.includes(':'));
  await fc.assert(
    fc.asyncProperty(login, text, async (name, password) => {
      const [basic, passwords] = checked();
      const credentials = Buffer.from(`${name}:${password}`).toString('base64');
      await basic.signIn(credentials, '192.0.2.1').catch(() => undefined);
      expect(passwords.asked).toEqual([name, password]);
    }),
    { numRuns },
  );
});

test('anything else is rejected', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), async (credentials) => {
      const [basic] = checked();
      const refusal = await basic.signIn(credentials, '192.0.2.1').catch((error) => error);
      expect(refusal).toBeInstanceOf(RequestError);
      expect(refusal.kind).toBe('unauthenticated');
    }),
    { numRuns },
  );
});

test('valid credentials have every scope', async () => {
  const [basic] = checked();
  const credentials = Buffer.from('anna:secret').toString('base64');
  expect(await basic.signIn(credentials, '192.0.2.1')).toMatchObject({
    scheme: 'basic',
    caller: { associateId: 5, scopes: ['read', 'write', 'admin', 'worker'] },
  });
});
