import type { LookupAddress, lookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dispatcher, MockAgent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { send } from '../../../src/builtin/http-requests/send.ts';
import {
  AddressRefused,
  createAgent,
  publicLookup,
  readUrl,
  refusedRange,
} from '../../../src/core/ssrf-guard.ts';

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'linkLocal'],
  ['100.64.0.1', 'carrierGradeNat'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['240.0.0.1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'ipv4Mapped'],
  ['::7f00:1', 'reserved'],
  ['::ffff:127.0.0.1', 'ipv4Mapped'],
  ['::ffff:8.8.8.8', 'ipv4Mapped'],
  ['64:ff9b::7f00:1', 'rfc6052'],
  ['2002:7f00:1::', '6to4'],
  ['2001::1', 'teredo'],
  ['2001:db8::1', 'reserved'],
  ['fe80::1', 'linkLocal'],
  ['fe80::1%eth0', 'linkLocal'],
  ['fc00::1', 'uniqueLocal'],
  ['fd12:3456::1', 'uniqueLocal'],
  ['fec0::1', 'deprecatedSiteLocal'],
  ['ff02::1', 'multicast'],
  ['100::1', 'discard'],
  ['4000::1', 'reserved'],
  ['0.1.2.3', 'unspecified'],
  ['192.0.0.170', 'reserved'],
  ['192.88.99.1', 'reserved'],
  ['198.51.100.1', 'reserved'],
  ['203.0.113.1', 'reserved'],
  ['::ffff:7f00:1', 'ipv4Mapped'],
  ['::ffff:0:127.0.0.1', 'rfc6145'],
  ['64:ff9b:1::1', 'rfc6052'],
  ['3fff::1', 'reserved'],
  ['5f00::1', 'segmentRouting'],
  ['nonsense', 'invalid'],
])('%s is refused as %s', (address, range) => {
  expect(refusedRange(address)).toBe(range);
});

test.each([
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
])('%s is public', (address) => {
  expect(refusedRange(address)).toBeUndefined();
});

test.each([
  ['ftp://example.com/', 'ftp: is not accepted'],
  ['file:///etc/passwd', 'file: is not accepted'],
  ['http://user:secret@example.com/', 'a URL with a user name or password'],
  ['/relative', 'is not a URL'],
])('%s is not read as an address', (url, message) => {
  expect(() => readUrl(url)).toThrow(message);
  expect(() => readUrl(url)).toThrow(AddressRefused);
});

/** A resolver that gives one list of addresses after the other, and the last one from then on. */
function resolver(...answers: (string[] | Error)[]): typeof lookup {
  let calls = 0;
  const resolve = (
    _: string,
    __: unknown,
    callback: (error: Error | null, addresses: LookupAddress[]) => void,
  ): void => {
    const answer = answers[Math.min(calls++, answers.length - 1)] as string[] | Error;
    if (answer instanceof Error) callback(answer, []);
    else
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  };
  return resolve as unknown as typeof lookup;
}

describe('publicLookup', () => {
  const look = (resolve: typeof lookup, all: boolean) =>
    new Promise((done) => {
      publicLookup(resolve)('name.test', { all }, (error, address, family) =>
        done({ error, address, family }),
      );
    });

  test('gives the public addresses only', async () => {
    const mixed = resolver(['10.0.0.1', '8.8.8.8', '::1', '2606:4700::1']);
    expect(await look(mixed, true)).toMatchObject({
      error: null,
      address: [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700::1', family: 6 },
      ],
    });
    expect(await look(mixed, false)).toEqual({ error: null, address: '8.8.8.8', family: 4 });
  });

  test('refuses a name without one, and does not tell what it resolves to', async () => {
    const { error } = (await look(resolver(['10.0.0.1']), true)) as { error: Error };
    expect(error).toBeInstanceOf(AddressRefused);
    expect(error.message).toContain('name.test has no public address');
    expect(error.message).not.toContain('10.0.0.1');
  });

  test('passes on what the resolver fails with', async () => {
    const failure = new Error('no such name');
    expect(await look(resolver(failure), true)).toMatchObject({ error: failure });
  });
});

describe('an agent', () => {
  let connections = 0;
  const server = createServer((_, answer) => answer.end('secret'));
  server.on('connection', () => connections++);
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    connections = 0;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const get = (url: string) => ({ method: 'GET' as const, url, headers: {}, body: undefined });
  const signal = AbortSignal.timeout(20_000);

  test.each([
    '127.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '017700000001',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[::1]',
    '127.0.0.1.',
    '0',
  ])('does not connect to the literal address %s', async (host) => {
    await using agent = disposable(createAgent({ allowPrivateAddresses: false }));
    await expect(send(agent.value, get(`http://${host}:${port}/`), 100, signal)).rejects.toThrow(
      /is not a public address/,
    );
    expect(connections).toBe(0);
  });

  test.each(['http', 'https'])(
    'does not connect by %s to a name that resolves to a private address',
    async (scheme) => {
      await using agent = disposable(
        createAgent({ allowPrivateAddresses: false, resolve: resolver(['127.0.0.1']) }),
      );
      await expect(send(agent.value, get(`${scheme}://rebound.test:${port}/`), 100, signal)).rejects.toThrow(
        'rebound.test has no public address',
      );
      expect(connections).toBe(0);
    },
  );

  test('connects to no other address than the one that was looked at: a name is resolved once for a connection', async () => {
    let calls = 0;
    const resolve = resolver(['127.0.0.1'], ['127.0.0.1']);
    const counting = ((...args: Parameters<typeof lookup>) => {
      calls += 1;
      return resolve(...args);
    }) as unknown as typeof lookup;
    await using refusing = disposable(createAgent({ allowPrivateAddresses: false, resolve: counting }));
    await expect(send(refusing.value, get(`http://rebound.test:${port}/`), 100, signal)).rejects.toThrow(
      AddressRefused,
    );
    await using allowing = disposable(createAgent({ allowPrivateAddresses: true, resolve: counting }));
    await send(allowing.value, get(`http://rebound.test:${port}/`), 100, signal);
    expect([calls, connections]).toEqual([2, 1]);
  });

  test('uses no proxy, regardless of the environment', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, `http://127.0.0.1:${port}`);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    try {
      await using agent = disposable(
        createAgent({ allowPrivateAddresses: false, resolve: resolver(['10.0.0.1']) }),
      );
      await expect(send(agent.value, get('http://inside.test/'), 100, signal)).rejects.toThrow(
        AddressRefused,
      );
      expect(connections).toBe(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('does not connect to localhost as the system resolves it', async () => {
    await using agent = disposable(createAgent({ allowPrivateAddresses: false }));
    await expect(send(agent.value, get(`http://localhost:${port}/`), 100, signal)).rejects.toThrow(
      AddressRefused,
    );
    expect(connections).toBe(0);
  });

  test.each(['http://127.0.0.1', 'http://inside.test', 'http://[::1]'])(
    'does not follow a redirect to %s',
    async (target) => {
      await using agent = disposable(
        createAgent({ allowPrivateAddresses: false, resolve: resolver(['127.0.0.1']) }),
      );
      const mock = redirectingTo(`${target}:${port}/`, agent.value);
      await expect(send(mock, get('http://public.test/'), 100, signal)).rejects.toThrow(AddressRefused);
      expect(connections).toBe(0);
    },
  );

  test('does not follow a redirect to another scheme', async () => {
    await using agent = disposable(createAgent({ allowPrivateAddresses: false }));
    const mock = redirectingTo('file:///etc/passwd', agent.value);
    await expect(send(mock, get('http://public.test/'), 100, signal)).rejects.toThrow(
      'file: is not accepted',
    );
  });

  test('connects where private addresses are allowed', async () => {
    await using agent = disposable(
      createAgent({ allowPrivateAddresses: true, resolve: resolver(['127.0.0.1']) }),
    );
    const literal = await send(agent.value, get(`http://127.0.0.1:${port}/`), 100, signal);
    const named = await send(agent.value, get(`http://inside.test:${port}/`), 100, signal);
    expect([literal.body, named.body]).toEqual(['secret', 'secret']);
  });
});

/** An agent for which http://public.test/ is a server that redirects; every other call goes its way. */
function redirectingTo(location: string, agent: Dispatcher): Dispatcher {
  const mock = new MockAgent();
  mock.get('http://public.test').intercept({ path: '/' }).reply(302, '', { headers: { location } });
  return agent.compose(
    (dispatch) => (options, handler) =>
      String(options.origin) === 'http://public.test'
        ? mock.dispatch(options, handler)
        : dispatch(options, handler),
  );
}

function disposable(value: ReturnType<typeof createAgent>) {
  return { value, [Symbol.asyncDispose]: () => value.destroy() };
}
