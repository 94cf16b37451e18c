import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, type Dispatcher } from 'undici';

/**
 * Which addresses the server may call on behalf of somebody else: public ones only, so that nobody reaches
 * the inside of the network through it. The rule holds where a connection is made, for literal addresses and
 * for what a name resolves to at that moment, so neither a redirect nor a name that changes gets around it.
 */

/** A call that the address rules refuse. It is not worth trying again. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

const IPV6_GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Tells why an address may not be called.
 *
 * @param address an IPv4 or IPv6 address as text
 * @returns the kind of address, such as `loopback` or `private`; `undefined` where it is a public one
 */
export function refusedRange(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'invalid';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  // The rest of IPv6 is not given out for public use, or holds an IPv4 address such as ::127.0.0.1.
  if (parsed.kind() === 'ipv6' && !parsed.match(IPV6_GLOBAL)) return 'reserved';
  return undefined;
}

/**
 * Reads the address of a call.
 *
 * @throws AddressRefused where it is not an absolute http or https URL, or has a name and password in it
 */
export function readUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null)
    throw new AddressRefused(`${shorten(text)} is not a URL; an absolute http or https URL is accepted`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AddressRefused(`${url.protocol} is not accepted; http: and https: are`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new AddressRefused('a URL with a name or password in it is not accepted; send them as a header');
  }
  return url;
}

/** Resolves a name to its public addresses only; fails with AddressRefused where it has none. */
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

/** Settings of an agent. */
export interface AgentOptions {
  /** Whether every address may be called. */
  readonly allowPrivateAddresses: boolean;
  /** For tests: how names are resolved. */
  readonly resolve?: typeof systemLookup;
}

/**
 * Makes an HTTP client whose connections follow the address rules. It sets no time limit of its own on an
 * answer; pass a signal. Close or destroy it when done.
 */
export function createAgent(options: AgentOptions): Agent {
  const { allowPrivateAddresses, resolve = systemLookup } = options;
  const limits = { headersTimeout: 0, bodyTimeout: 0 };
  if (allowPrivateAddresses) return new Agent({ ...limits, connect: { lookup: resolve as LookupFunction } });
  const connect = buildConnector({ lookup: publicLookup(resolve) });
  return new Agent({
    ...limits,
    connect(target, callback) {
      // A literal address is never looked up.
      const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
      const range = isIP(host) === 0 ? undefined : refusedRange(host);
      if (range === undefined) connect(target, callback);
      else callback(new AddressRefused(`${host} is not a public address (${range}); ${ONLY_PUBLIC}`), null);
    },
  });
}

const ONLY_PUBLIC = 'only public addresses are called, unless the server allows private ones';

function shorten(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text);
}

/** How much more of a body is read than is kept, so that the connection can be used again. */
const DRAIN_BYTES = 64 * 1024;

/**
 * The beginning of a body; bytes that are not UTF-8 are replaced. One that is much longer than what is kept is
 * not read to its end.
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
  // As a stream, the decoder leaves out a character that the cut has gone through.
  const text = new TextDecoder().decode(Buffer.concat(kept), { stream: truncated });
  return { body: text, truncated };
}
