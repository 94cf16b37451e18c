/** A piece of text that a person reads. `text` has the length of its source, so that offsets match. */
export interface Passage {
  kind: 'comment' | 'string' | 'document';
  /** Offset of `text` in the file. */
  offset: number;
  text: string;
}

const CODE = /\.(?:ts|tsx|js|mjs)$/;
const HASH_COMMENTS = /(?:\.(?:py|sh|ya?ml|toml|service)|Dockerfile|\.ci\/run|\.gitignore)$/;

/** Returns the comments, texts or prose of a file, by its name. */
export function extract(path: string, source: string): Passage[] {
  if (path.endsWith('.md')) return [document(source)];
  if (HASH_COMMENTS.test(path)) return hashComments(source);
  if (path.endsWith('.css')) return blockComments(source);
  if (!CODE.test(path)) return [];
  const passages = new CodeScanner(source).scan();
  // Tests contain sample data: only their titles are prose.
  if (/\.test\.tsx?$/.test(path))
    return passages.filter((p) => p.kind === 'comment' || isTitle(source, p.offset));
  return passages;
}

const blank = (text: string) => text.replace(/[^\n]/g, ' ');

/** Joins wrapped lines, so that a phrase may continue on the next line. A blank line or a table row ends a paragraph. */
function joinLines(text: string): string {
  return text.replace(/\n(?!\s*(?:\n|$|[|#]|[-*] |\d+\. ))/g, ' ');
}

function document(source: string): Passage {
  const prose = source
    .replace(/^---\n[\s\S]*?\n---\n/, blank)
    .replace(/<!-- ([\w ]+):[\s\S]*?<!-- \/\1 -->/g, blank) // generated: checked where it is written
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2[^\n]*$/gm, blank)
    .replace(/`[^`\n]+`/g, (code) => '`'.padEnd(code.length, '_'))
    .replace(/\]\([^)\s]*\)/g, (link) => ']'.padEnd(link.length, '_'))
    .replace(/<https?:[^>]*>/g, blank);
  return { kind: 'document', offset: 0, text: joinLines(prose) };
}

function hashComments(source: string): Passage[] {
  const lines = /^[ \t]*#(?!!)[^\n]*(?:\n[ \t]*#[^\n]*)*|(?<=[ \t])#[ \t][^\n]*/gm;
  return [...source.matchAll(lines)].map((match) => ({
    kind: 'comment',
    offset: match.index,
    text: match[0].replace(/#/g, ' ').replace(/\n(?!\s*(?:\n|$))/g, ' '),
  }));
}

function blockComments(source: string): Passage[] {
  return [...source.matchAll(/\/\*[\s\S]*?\*\//g)].map((match) => comment(match[0], match.index));
}

function comment(source: string, offset: number): Passage {
  const unmarked = source
    .replace(/^(\s*)(\/\*\*?|\*\/|\*|\/\/+)/gm, (mark) => blank(mark))
    .replace(/\*\/$/, '  ')
    .replace(/`[^`\n]+`/g, (code) => '`'.padEnd(code.length, '_'));
  return { kind: 'comment', offset, text: joinLines(unmarked) };
}

function isTitle(source: string, offset: number): boolean {
  const before = source.slice(Math.max(0, offset - 60), offset - 1);
  return /(?:(?:^|[^\w.])(?:test|it|describe)(?:\.\w+)*|\))\(\s*$/.test(before);
}

/** Finds comments and texts in TypeScript. It knows strings, nested templates and regular expressions, and no more. */
class CodeScanner {
  readonly #source: string;
  readonly #passages: Passage[] = [];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  scan(): Passage[] {
    this.#code(false);
    return this.#passages;
  }

  /** Reads code up to the end, or up to the brace that ends a placeholder of a template. */
  #code(inPlaceholder: boolean): void {
    const source = this.#source;
    for (let depth = 0; this.#at < source.length; ) {
      const char = source[this.#at];
      const two = source.slice(this.#at, this.#at + 2);
      if (two === '//') this.#lineComments();
      else if (two === '/*') this.#blockComment();
      else if (char === "'" || char === '"') this.#string(char);
      else if (char === '`') this.#template();
      else if (char === '/' && this.#startsPattern()) this.#pattern();
      else {
        if (char === '{') depth += 1;
        if (char === '}' && inPlaceholder && depth === 0) return;
        if (char === '}') depth -= 1;
        this.#at += 1;
      }
    }
  }

  #lineComments(): void {
    const lines = /\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/y;
    lines.lastIndex = this.#at;
    const text = lines.exec(this.#source)?.[0] ?? '//';
    if (!/^\/\/ (?:biome|@ts)-/.test(text)) this.#passages.push(comment(text, this.#at));
    this.#at += text.length;
  }

  #blockComment(): void {
    const end = this.#source.indexOf('*/', this.#at + 2);
    const stop = end === -1 ? this.#source.length : end + 2;
    this.#passages.push(comment(this.#source.slice(this.#at, stop), this.#at));
    this.#at = stop;
  }

  #string(quote: string): void {
    const start = this.#at + 1;
    let end = start;
    while (end < this.#source.length && this.#source[end] !== quote) {
      if (this.#source[end] === '\n') {
        this.#at = start; // an apostrophe, in JSX
        return;
      }
      end += this.#source[end] === '\\' ? 2 : 1;
    }
    this.#text(this.#source.slice(start, end), start);
    this.#at = end + 1;
  }

  #template(): void {
    const isSql = /\bsql(?:\.raw\()?(?:<[^`;]*>)?$/.test(
      this.#source.slice(Math.max(0, this.#at - 200), this.#at),
    );
    const start = this.#at + 1;
    let text = '';
    this.#at = start;
    while (this.#at < this.#source.length && this.#source[this.#at] !== '`') {
      if (this.#source.startsWith('${', this.#at)) {
        const from = this.#at;
        this.#at += 2;
        this.#code(true);
        this.#at += 1;
        text += '_'.repeat(this.#at - from);
      } else {
        const length = this.#source[this.#at] === '\\' ? 2 : 1;
        text += this.#source.slice(this.#at, this.#at + length);
        this.#at += length;
      }
    }
    this.#at += 1;
    if (!isSql) this.#text(text, start);
  }

  /** Keeps what can be a message: several words that are not SQL. */
  #text(text: string, offset: number): void {
    const isSql =
      /^\s*(?:select|insert|update|delete|with|create|alter|drop|from|where|and|set|begin|lock|copy)\b/.test(
        text,
      );
    if (/\S \S/.test(text) && !isSql) this.#passages.push({ kind: 'string', offset, text: joinLines(text) });
  }

  #startsPattern(): boolean {
    return /(?:^|[=(,:[!&|?{};>]|\breturn|\btypeof|\bcase)\s*$/.test(
      this.#source.slice(Math.max(0, this.#at - 40), this.#at),
    );
  }

  #pattern(): void {
    const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//y;
    pattern.lastIndex = this.#at;
    this.#at += pattern.exec(this.#source)?.[0].length ?? 1;
  }
}
