import { lookup as systemLookup } from 'node:dns';
import { createRequire } from 'node:module';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Agent, Dispatcher } from 'undici';

/**
 * Protection against server-side request forgery: the server only calls public addresses on behalf of users. The check is
 * made on connect, for literal addresses and for resolved names, so that neither redirects nor DNS rebinding bypass it.
 */

/** A call to an address that is not allowed. A retry can't help. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

const IPV6_GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Returns the range of an address that must not be called, such as `loopback` or `private`; `undefined` if the address is
 * public.
 *
 * @param address an IPv4 or IPv6 address as text
 */
export function refusedRange(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'invalid';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  // The rest of IPv6 is not assigned to public use, or embeds an IPv4 address such as ::127.0.0.1.
  if (parsed.kind() === 'ipv6' && !parsed.match(IPV6_GLOBAL)) return 'reserved';
  return undefined;
}

/**
 * Parses the URL of a call.
 *
 * @throws AddressRefused if it is not an absolute http or https URL, or contains credentials
 */
export function readUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null)
    throw new AddressRefused(`${shorten(text)} is not a URL; an absolute http or https URL is accepted`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AddressRefused(`${url.protocol} is not accepted; http: and https: are`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new AddressRefused(
      'a URL with a user name or password is not accepted; send credentials in a header',
    );
  }
  return url;
}

/** Returns a lookup that resolves names to their public addresses only, and fails with AddressRefused if there are none. */
export function publicLookup(resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => refusedRange(address) === undefined);
      const [first] = allowed;
      if (first === undefined) {
        callback(new AddressRefused(`${hostname} has no public address; ${ONLY_PUBLIC}`), '', 0);
      } else if (options.all === true) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

/** Options of `createAgent`. */
export interface AgentOptions {
  /** Allows all addresses. */
  readonly allowPrivateAddresses: boolean;
  /** The resolver of names; the system's by default. */
  readonly resolve?: typeof systemLookup;
}

/**
 * Creates an HTTP agent that only connects to allowed addresses. It has no timeout for responses; pass a signal. The caller
 * must close or destroy it.
 */
export function createAgent(options: AgentOptions): Agent {
  const { allowPrivateAddresses, resolve = systemLookup } = options;
  const undici = loadUndici();
  const limits = { headersTimeout: 0, bodyTimeout: 0 };
  if (allowPrivateAddresses)
    return new undici.Agent({ ...limits, connect: { lookup: resolve as LookupFunction } });
  const connect = undici.buildConnector({ lookup: publicLookup(resolve) });
  return new undici.Agent({
    ...limits,
    connect(target, callback) {
      // Literal addresses bypass the lookup.
      const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
      const range = isIP(host) === 0 ? undefined : refusedRange(host);
      if (range === undefined) connect(target, callback);
      else callback(new AddressRefused(`${host} is not a public address (${range}); ${ONLY_PUBLIC}`), null);
    },
  });
}

/** Loads undici, which has a hundred modules, only in processes that call others. */
function loadUndici(): typeof import('undici') {
  return createRequire(import.meta.url)('undici') as typeof import('undici');
}

const ONLY_PUBLIC = 'only public addresses are called, unless the server allows private ones';

function shorten(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text);
}

/** Bytes that are read beyond the returned part of a body, so that the connection can be reused. */
const DRAIN_BYTES = 64 * 1024;

/**
 * Reads the beginning of a body as UTF-8, with replacement characters for invalid bytes. Closes the connection of a body
 * that is much longer.
 *
 * @param keepBytes maximum number of bytes to return
 */
export async function readBody(
  body: Dispatcher.ResponseData['body'],
  keepBytes: number,
): Promise<{ body: string; truncated: boolean }> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (bytes < keepBytes) kept.push(chunk.subarray(0, keepBytes - bytes));
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > keepBytes + DRAIN_BYTES) break;
  }
  const truncated = bytes > keepBytes;
  // In streaming mode, the decoder omits a character that was truncated.
  const text = new TextDecoder().decode(Buffer.concat(kept), { stream: truncated });
  return { body: text, truncated };
}
