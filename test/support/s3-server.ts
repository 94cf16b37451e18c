import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFauxqs } from 'fauxqs';

const KEY = 'TESTKEY';
const SECRET = 'test secret of no account';
const REGION = 'eu-test-1';

/** A server that speaks S3, with an empty bucket. */
export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  /** Settings for a server that stores its files there. */
  readonly env: Readonly<Record<string, string>>;
  /** The received calls: `PUT key?partNumber`, without values. */
  readonly calls: readonly string[];
  stop(): Promise<void>;
}

/**
 * fauxqs, an independent S3 server, behind a proxy that rejects requests without a valid AWS Signature V4: fauxqs itself
 * doesn't verify signatures.
 */
export async function startS3Server(): Promise<S3Server> {
  const s3 = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  const bucket = 'batchline-test';
  s3.createBucket(bucket);
  const calls: string[] = [];
  const gate = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return; // the client has hung up
    }
    const body = Buffer.concat(chunks);
    const url = new URL(incoming.url ?? '/', 'http://s3');
    const query = [...url.searchParams.keys()].filter((name) => name !== 'x-id').join('&');
    calls.push(`${incoming.method} ${url.pathname.slice(bucket.length + 2)}${query && `?${query}`}`);
    const problem = signatureProblem(incoming, url, body);
    if (problem !== undefined) {
      answer.writeHead(403, { 'Content-Type': 'application/xml' });
      answer.end(`<Error><Code>SignatureDoesNotMatch</Code><Message>${problem}</Message></Error>`);
      return;
    }
    const passed = send(
      {
        host: '127.0.0.1',
        port: s3.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (from) => {
        answer.writeHead(from.statusCode ?? 500, from.headers);
        from.pipe(answer);
      },
    );
    passed.end(body);
  });
  await new Promise<void>((listening) => gate.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
  return {
    endpoint,
    bucket,
    env: {
      BATCHLINE_FILES: `s3://${bucket}/some/prefix`,
      BATCHLINE_S3_ENDPOINT: endpoint,
      BATCHLINE_S3_REGION: REGION,
      BATCHLINE_S3_ACCESS_KEY: KEY,
      BATCHLINE_S3_SECRET_KEY: SECRET,
    },
    calls,
    async stop() {
      await new Promise((closed) => gate.close(closed).closeAllConnections());
      await s3.stop();
    },
  };
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Returns the error in a request's signature, by AWS's description of Signature V4; `undefined` if it is valid. */
function signatureProblem({ method, headers }: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/s3\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (parts === null) return 'there is no signature';
  const [, key, scope = '', day = '', region = '', signed = '', signature] = parts;
  if (key !== KEY || region !== REGION) return 'the key or the region is another';
  const names = signed.split(';');
  if (!names.includes('host') || !names.includes('x-amz-date')) return 'host or date is not signed';
  const said = String(headers['x-amz-content-sha256']);
  if (said !== sha256(body)) return `the body is not the signed one: ${said}`;
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const path = url.pathname.split('/').map((part) => encode(decodeURIComponent(part)));
  const lines = names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`);
  const canonical = [method, path.join('/'), query, lines.join(''), signed, said].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const derived = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(derived, text).toString('hex') === signature ? undefined : 'the signature does not match';
}
