import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';

/** The tags that make messages of template literals. */
const TAGS = new Set([
  'message',
  'invalid',
  'unauthenticated',
  'forbidden',
  'notFound',
  'methodNotAllowed',
  'malformed',
  'unacceptable',
  'conflict',
  'gone',
  'precondition',
  'unsatisfiable',
  'unsupported',
  'oversized',
  'rateLimited',
]);

/** The tag of the dashboard's texts. */
const PAGE_TAGS = new Set(['t']);

const ROOT = join(import.meta.dirname, '../..');

/** Every message template in `src` and text of the dashboard, with the files that contain it. */
export function messageTemplates(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [pattern, tags] of [
    ['src/**/*.ts', TAGS],
    ['dashboard/src/**/*.{ts,tsx}', PAGE_TAGS],
  ] as const) {
    for (const file of globSync(pattern, { cwd: ROOT }).sort()) {
      if (/\.test\.tsx?$/.test(file)) continue;
      for (const template of templatesOf(readFileSync(join(ROOT, file), 'utf8'), tags)) {
        found.set(template, [...(found.get(template) ?? []), file]);
      }
    }
  }
  return found;
}

/** The templates in a module's source. Templates without words need no translation. */
export function templatesOf(code: string, tags: ReadonlySet<string> = TAGS): string[] {
  const templates: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isTagged(value) && tags.has(value.tag.name ?? '')) {
      const parts = value.quasi.quasis.map((part) => part.value.cooked);
      templates.push(parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`));
    }
    Object.values(value).forEach(walk);
  };
  walk(parseAst(code, { lang: tags === PAGE_TAGS ? 'tsx' : 'ts' }));
  return templates.filter((template) => /\p{L}/u.test(template.replace(/\{\d+\}/g, '')));
}

interface Tagged {
  readonly tag: { readonly name?: string };
  readonly quasi: { readonly quasis: readonly { readonly value: { readonly cooked: string } }[] };
}

function isTagged(node: object): node is Tagged {
  return (node as { type?: unknown }).type === 'TaggedTemplateExpression';
}
