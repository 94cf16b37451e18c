import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(import.meta.dirname, '../docs');

/** The files of the documents, relative to `docs`. */
export function manualSources(): string[] {
  return globSync('**/*.md', { cwd: DOCS })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

/** Returns the text of a document. */
export function readSource(path: string): string {
  return readFileSync(join(DOCS, path), 'utf8');
}
