import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { ACCESS } from '../../core/access.ts';
import { notFound } from '../../core/errors.ts';
import { vary } from '../respond.ts';

/** Where the build puts the page: beside `src` as well as beside `dist`. */
const PAGE_FOLDER = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** The codings that the build compresses by, the best first, and what their files end in. */
const CODINGS = { br: '.br', gzip: '.gz' } as const;
type Coding = keyof typeof CODINGS;

/** A file of the page, in memory. */
interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Buffer;
  readonly compressed: Partial<Record<Coding, Buffer>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the built page, by path with slashes (`assets/index-x.js`). It is small, so that it is kept in memory.
 *
 * @returns `undefined` where it has not been built
 */
export async function readPageFiles(folder = PAGE_FOLDER): Promise<Map<string, PageFile> | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw error;
  });
  const contents = new Map<string, Buffer>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    contents.set(relative(folder, path).split(sep).join('/'), await readFile(path));
  }
  const files = new Map<string, PageFile>();
  for (const [path, bytes] of contents) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const compressed: Partial<Record<Coding, Buffer>> = {};
    for (const [coding, ending] of Object.entries(CODINGS)) {
      const found = contents.get(path + ending);
      if (found !== undefined) compressed[coding as Coding] = found;
    }
    const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    files.set(path, { type, etag, bytes, compressed });
  }
  return files.has('index.html') ? files : undefined;
}

/** The addresses of the page; what is shown there its script decides. */
const PAGES = [
  '/',
  '/tasks/:id',
  '/start',
  '/start/:name',
  '/schedules',
  '/webhooks',
  '/webhooks/:id',
  '/operations',
  '/people',
  '/settings',
] as const;

/** The page at `/docs`, to read and try the calls of the OpenAPI document. */
const API_PAGE = '/docs';

/** Scripts, styles, pictures and calls of this server only; no frame around it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI draws with pictures in its styles. */
const API_PAGE_POLICY = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:");

/** The script of the page interprets the query. */
const CONFIG = {
  access: ACCESS.open,
  ownType: true,
  repeatableQuery: true,
  undocumented: 'the page for people',
} as const;

type PageFiles = ReadonlyMap<string, PageFile> | undefined;

/** The dashboard at `/`. It is served without a sign-in, and asks for one itself. */
export async function dashboardRoutes(
  app: FastifyInstance,
  { files }: { readonly files: PageFiles },
): Promise<void> {
  for (const url of [...PAGES, API_PAGE]) {
    app.get(url, { config: CONFIG }, (request, reply) => {
      const page = files?.get(url === API_PAGE ? 'docs.html' : 'index.html');
      if (page === undefined)
        throw notFound`The page has not been built; npm start builds it, and so does npm run dashboard.`;
      return sendPage(request, reply, page, url === API_PAGE ? API_PAGE_POLICY : CONTENT_SECURITY_POLICY);
    });
  }

  app.get<{ Params: { '*': string } }>('/assets/*', { config: CONFIG }, (request, reply) => {
    const file = files?.get(`assets/${request.params['*']}`);
    if (file === undefined) throw notFound`There is no ${request.params['*']}; the page names its files.`;
    // The name changes with the content.
    reply.header('Cache-Control', 'public, max-age=31536000, immutable');
    return sendFile(request, reply, file);
  });
}

/** Returns the handler of unknown paths: browsers get the dashboard, which says that there is no such page. */
export function notFoundPage(files: PageFiles) {
  const page = files?.get('index.html');
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    const isPage = request.method === 'GET' && !/^\/(api|assets)(\/|\?|$)/i.test(request.url);
    if (page === undefined || !isPage || !acceptsHtml(request)) return undefined;
    return sendPage(request, reply.code(404), page, CONTENT_SECURITY_POLICY);
  };
}

/** Whether a request prefers HTML to JSON, as browsers do and clients without Accept don't. */
function acceptsHtml({ headers }: FastifyRequest): boolean {
  return new Negotiator({ headers }).mediaType(['application/json', 'text/html']) === 'text/html';
}

function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageFile,
  policy: string,
): FastifyReply {
  reply
    .header('Cache-Control', 'no-cache')
    .header('Content-Security-Policy', policy)
    .header('Cross-Origin-Opener-Policy', 'same-origin')
    .header('Referrer-Policy', 'same-origin');
  return sendFile(request, reply, page);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  const coding = codingOf(request, file);
  const etag = `"${file.etag}${coding === undefined ? '' : `-${coding}`}"`;
  vary(reply, 'Accept-Encoding');
  reply.type(file.type).header('ETag', etag).header('X-Content-Type-Options', 'nosniff');
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag) || known?.includes('*')) return reply.code(304).send();
  if (coding !== undefined) reply.header('Content-Encoding', coding);
  return reply.send(coding === undefined ? file.bytes : file.compressed[coding]);
}

/** The best coding that the caller takes and the build has made. */
function codingOf({ headers }: FastifyRequest, file: PageFile): Coding | undefined {
  const accepted = new Negotiator({ headers }).encodings(Object.keys(file.compressed));
  return (Object.keys(CODINGS) as Coding[]).find((coding) => accepted.includes(coding));
}
