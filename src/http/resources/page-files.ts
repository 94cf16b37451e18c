import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the build puts the page: beside `src` as well as beside `dist`. */
const PAGE_FOLDER = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** The codings that the build compresses by, the best first, and what their files end in. */
export const CODINGS = { br: '.br', gzip: '.gz' } as const;
export type Coding = keyof typeof CODINGS;

/** A file of the page, in memory. */
export interface PageFile {
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
