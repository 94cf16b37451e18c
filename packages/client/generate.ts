import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';

// Generates the client's types from the current OpenAPI document of the server: `npm run client`.

type Json = Record<string, unknown>;

/** The generated file. */
export const SCHEMA = join(import.meta.dirname, 'schema.d.ts');

const HEAD = '// Generated from the OpenAPI document by `npm run client`. Do not edit.\n\n';

/** Returns the client's types for an OpenAPI document. The client sends and reads JSON, and files unchanged. */
export async function typesOf(document: object): Promise<string> {
  const nodes = await openapiTS(inJson(structuredClone(document)) as OpenAPI3);
  return HEAD + astToString(nodes);
}

/** Omits formats equivalent to application/json, and headers that the client sets on every call. */
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
  process.stdout.write(`packages/client/schema.d.ts ${same ? 'is up to date' : 'was regenerated'}\n`);
}
