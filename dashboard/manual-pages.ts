import { posix } from 'node:path';
import { Marked, type Tokens } from 'marked';
import { manualSources, readSource } from './manual.ts';

/**
 * Renders the documents as pages.
 *
 * @param template a page with %TITLE% and %CONTENT%
 * @returns the pages by their path below /manual, without an ending: `index`, `how-to/import`
 */
export function renderManual(template: string): Map<string, string> {
  const sources = manualSources();
  return new Map(
    sources.map((path) => {
      const text = readSource(path);
      const title = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? 'Documentation';
      const content = rendererOf(path, sources).parse(text, { async: false });
      const page = template
        .replace('%TITLE%', () => escapeText(title))
        .replace('%CONTENT%', () => content.replaceAll('<pre>', '<pre tabindex="0">'));
      return [pageOf(path), page];
    }),
  );
}

/** Returns the path of a document's page; README is the index of its folder. */
function pageOf(path: string): string {
  return path.replace(/\.md$/, '').replace(/(^|\/)README$/, '$1index');
}

function rendererOf(path: string, sources: readonly string[]): Marked {
  const used = new Map<string, number>();
  return new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const anchor = anchorOf(text);
        const count = used.get(anchor) ?? 0;
        used.set(anchor, count + 1);
        const id = count === 0 ? anchor : `${anchor}-${count}`;
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const text = this.parser.parseInline(tokens);
        const target = targetOf(href, path, sources);
        // Files outside of the documents are only in the repository.
        return target === undefined ? text : `<a href="${target}">${text}</a>`;
      },
      // Pictures are for readers of the repository, who can't look at the dashboard.
      image: () => '',
    },
  });
}

/** Returns the address that a link of a document leads to; `undefined` if the server does not have it. */
function targetOf(href: string, from: string, sources: readonly string[]): string | undefined {
  if (/^(https?:|#)/.test(href)) return escapeText(href);
  const [file = '', anchor] = href.split('#');
  const path = posix.join(posix.dirname(from), file);
  if (!sources.includes(path)) return undefined;
  const page = pageOf(path).replace(/(^|\/)index$/, '');
  return `/manual${page === '' ? '' : `/${page}`}${anchor === undefined ? '' : `#${anchor}`}`;
}

/** Returns the anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
