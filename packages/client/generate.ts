import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';

// Makes the client's types from the OpenAPI document of the server as it is: `npm run client`.

type Json = Record<string, unknown>;

/** The file that is made. */
export const SCHEMA = join(import.meta.dirname, 'schema.d.ts');

const HEAD = '// Made from the OpenAPI document by `npm run client`; what is changed here is lost.\n\n';

/** The types of an OpenAPI document, as the client has them: it sends and reads JSON, and files as they are. */
export async function typesOf(document: object): Promise<string> {
  const nodes = await openapiTS(inJson(structuredClone(document)) as OpenAPI3);
  return HEAD + astToString(nodes);
}

/** Leaves out the formats that say the same as application/json, and the headers that the client sets for every call. */
function inJson(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const { content, parameters } = part as { content?: Json; parameters?: unknown };
  if (content !== undefined && 'application/json' in content) {
    for (const type of Object.keys(content))
      if (type !== 'application/json' && type !== 'text/event-stream') delete content[type];
  }
  if (Array.isArray(parameters)) {
    const own = parameters.filter(({ $ref = '' }: { $ref?: string }) => !OF_ALL_CALLS.test($ref));
    (part as Json).parameters = own;
  }
  for (const inner of Object.values(part)) inJson(inner);
  return part;
}

const OF_ALL_CALLS = /\/(?:Accept-Language|SO-Language|SO-Culture|SO-TimeZone)$/;

async function readDocument(): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-client-'));
  try {
    const config = readConfig({ HOST: '127.0.0.1', PORT: '0', BATCHLINE_DATA: join(folder, 'data') });
    const server = await startServer(config, pino({ level: 'warn' }));
    try {
      return (await (await fetch(`${server.url}/openapi.json`)).json()) as object;
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const types = await typesOf(await readDocument());
  const same = existsSync(SCHEMA) && readFileSync(SCHEMA, 'utf8') === types;
  if (!same) writeFileSync(SCHEMA, types);
  process.stdout.write(`packages/client/schema.d.ts ${same ? 'was as it should be' : 'was made anew'}\n`);
}
