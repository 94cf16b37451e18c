import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { manualSources, readSource } from './manual.ts';

const DIST = join(import.meta.dirname, 'dist');
const STAMP = join(DIST, 'stamp.txt');

/** The hash of the sources. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const sources = globSync(['src/**/*.*', '*.html', '*.ts'], { cwd: import.meta.dirname }).sort();
  for (const path of [...sources.map((each) => join(import.meta.dirname, each)), lockFile()])
    hash.update(path.slice(import.meta.dirname.length)).update(readFileSync(path));
  for (const path of manualSources()) hash.update(path).update(readSource(path));
  return hash.digest('hex');
}

function lockFile(): string {
  return join(import.meta.dirname, '../package-lock.json');
}

/**
 * Builds the dashboard to `dashboard/dist`, unless it is up to date.
 *
 * @returns whether there is a build; without the development dependencies none can be made
 */
export async function buildDashboard(): Promise<boolean> {
  const hash = sourcesHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return true;
  const vite = await import('vite').catch((error) => {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
  if (vite === undefined) return existsSync(STAMP);
  await vite.build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'error' });
  await writeManual();
  await Promise.all(
    globSync('**/*.{html,js,css,svg}', { cwd: DIST }).map((path) => compress(join(DIST, path))),
  );
  writeFileSync(STAMP, hash);
  return true;
}

/** Writes the documents as pages, from the template that Vite has built. */
async function writeManual(): Promise<void> {
  const { renderManual } = await import('./manual-pages.ts');
  const template = join(DIST, 'manual.html');
  for (const [path, page] of renderManual(readFileSync(template, 'utf8'))) {
    const file = join(DIST, 'manual', `${path}.html`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, page);
  }
  rmSync(template);
}

/** Writes the compressed forms of a file beside it. */
async function compress(path: string): Promise<void> {
  const content = readFileSync(path);
  // The first view loads the scripts; the best quality takes too long for all the documents.
  const quality = path.startsWith(join(DIST, 'manual')) ? 6 : constants.BROTLI_MAX_QUALITY;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  writeFileSync(`${path}.br`, await promisify(brotliCompress)(content, { params }));
  writeFileSync(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !(await buildDashboard())) {
  process.stderr.write(
    'The dashboard is not built: that needs the development dependencies (npm ci without --omit=dev). The API works without it.\n',
  );
}
