import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';

/** A piece of SQL in the sources, with `?` for placeholders. */
export interface SqlText {
  /** The file, from the root of the repository. */
  readonly file: string;
  readonly text: string;
}

const ROOT = join(import.meta.dirname, '../..');

/** The sources of the server. */
export function sourceFiles(): { readonly file: string; readonly source: string }[] {
  return globSync('src/**/*.ts', { cwd: ROOT })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => ({ file: file.replaceAll('\\', '/'), source: readFileSync(join(ROOT, file), 'utf8') }));
}

/** Every template with the tag `sql` in the sources, and every text passed to pg as a query. */
export function sqlTexts(): SqlText[] {
  return sourceFiles().flatMap(({ file, source }) => {
    const texts: string[] = [];
    collect(parseAst(source, { lang: 'ts' }), texts);
    return texts.map((text) => ({ file, text }));
  });
}

/** Properties of a syntax tree node that the search reads. */
interface Node {
  readonly type?: string;
  readonly tag?: { readonly name?: string };
  readonly quasi?: Node;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
  readonly callee?: { readonly property?: { readonly name?: string } };
  readonly arguments?: readonly Node[];
  readonly value?: unknown;
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  if (node.tag?.name === 'sql') texts.push(textOf(node.quasi));
  if (node.callee?.property?.name === 'query') texts.push(textOf(node.arguments?.[0]));
  for (const child of Object.values(value)) collect(child, texts);
}

function textOf(node: Node | undefined): string {
  if (node?.quasis !== undefined) return node.quasis.map((part) => part.value.cooked).join('?');
  return typeof node?.value === 'string' ? node.value : '';
}
