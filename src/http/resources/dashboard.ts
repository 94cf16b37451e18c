import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { ACCESS } from '../../core/access.ts';
import { notFound } from '../../core/errors.ts';
import { vary } from '../respond.ts';

/** The folder of the built dashboard; the relative path is the same from `src` and from `dist`. */
const PAGE_FOLDER = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** The content codings of precompressed files, best first, with their file extensions. */
const CODINGS = { br: '.br', gzip: '.gz' } as const;
type Coding = keyof typeof CODINGS;

/** A file of the dashboard, in memory. */
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
 * Reads the files of the built dashboard into memory, by path with slashes (`assets/index-x.js`).
 *
 * @returns `undefined` if it has not been built
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

/** The paths of the dashboard, all served by the same page with client-side routing. */
const PAGES = [
  '/',
  '/tasks/:id',
  '/start',
  '/start/:name',
  '/schedules',
  '/webhooks',
  '/webhooks/:id',
  '/notifications',
  '/notifications/:id',
  '/operations',
  '/definitions',
  '/definitions/:name',
  '/people',
  '/people/:tab',
  '/password',
  '/settings',
] as const;

/** The path of the API reference, where calls of the OpenAPI document can be tried. */
const API_PAGE = '/docs';

/** The path of the documents, which the build renders, so that they can be read without the internet. */
const MANUAL = '/manual';

/** Allows scripts, styles, images and requests of this server only, and no framing. */
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

/** Swagger UI needs images as data URLs in its styles. */
const API_PAGE_POLICY = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:");

/** The query is interpreted by the script of the page. */
const CONFIG = {
  access: ACCESS.open,
  ownType: true,
  repeatableQuery: true,
  undocumented: 'the dashboard',
} as const;

type PageFiles = ReadonlyMap<string, PageFile> | undefined;

/** The dashboard at `/`, the API reference at `/docs` and the documents at `/manual`. The files are public: the page itself handles sign-in. */
export async function dashboardRoutes(
  app: FastifyInstance,
  { files }: { readonly files: PageFiles },
): Promise<void> {
  for (const url of [...PAGES, API_PAGE]) {
    app.get(url, { config: CONFIG }, (request, reply) => {
      const page = files?.get(url === API_PAGE ? 'docs.html' : 'index.html');
      if (page === undefined)
        throw notFound`The dashboard has not been built; run npm start or npm run dashboard.`;
      return sendPage(request, reply, page, url === API_PAGE ? API_PAGE_POLICY : CONTENT_SECURITY_POLICY);
    });
  }

  for (const url of [MANUAL, `${MANUAL}/*`]) {
    app.get<{ Params: { '*'?: string } }>(url, { config: CONFIG }, (request, reply) => {
      const path = request.params['*'] ?? '';
      const page = files?.get(`manual/${path || 'index'}.html`) ?? files?.get(`manual/${path}/index.html`);
      if (page === undefined) throw notFound`There is no document ${path}.`;
      return sendPage(request, reply, page, CONTENT_SECURITY_POLICY);
    });
  }

  app.get<{ Params: { '*': string } }>('/assets/*', { config: CONFIG }, (request, reply) => {
    const file = files?.get(`assets/${request.params['*']}`);
    if (file === undefined) throw notFound`There is no file ${request.params['*']}; reload the page.`;
    // The name changes with the content.
    reply.header('Cache-Control', 'public, max-age=31536000, immutable');
    return sendFile(request, reply, file);
  });
}

/** Returns a handler of unknown paths that sends browsers the dashboard, which shows that the page does not exist. */
export function notFoundPage(files: PageFiles) {
  const page = files?.get('index.html');
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    const isPage = request.method === 'GET' && !/^\/(api|assets)(\/|\?|$)/i.test(request.url);
    if (page === undefined || !isPage || !acceptsHtml(request)) return undefined;
    return sendPage(request, reply.code(404), page, CONTENT_SECURITY_POLICY);
  };
}

/** True if a request prefers HTML to JSON, as browsers do. Clients without Accept do not. */
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

/** The best coding that the client accepts and the build produced. */
function codingOf({ headers }: FastifyRequest, file: PageFile): Coding | undefined {
  const accepted = new Negotiator({ headers }).encodings(Object.keys(file.compressed));
  return (Object.keys(CODINGS) as Coding[]).find((coding) => accepted.includes(coding));
}
