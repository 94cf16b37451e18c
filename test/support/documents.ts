import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  /** What stands behind the language: a terminal's name for `sh`, a file's for others; '' where nothing does. */
  readonly name: string;
  readonly text: string;
  /** The line that its text begins at. */
  readonly line: number;
}

/** The documents whose commands are run, README first. Decisions and the changelog tell of the past. */
export function documentsWithCommands(): string[] {
  const found = globSync(['docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT });
  return ['README.md', ...found.filter((path) => !path.startsWith('docs/decisions/')).sort()];
}

/** The fenced blocks of a document, in their order. @param document its path in the checkout */
export function readBlocks(document: string): Block[] {
  const content = readFileSync(join(ROOT, document), 'utf8');
  return [...content.matchAll(/^( *)```([a-z]*) ?(.*)\n([\s\S]*?)^\1```$/gm)].map(
    ({ 1: indent = '', 2: language = '', 3: name = '', 4: text = '', index }) => ({
      language,
      name,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: content.slice(0, index).split('\n').length + 1,
    }),
  );
}

/** Whether a block holds commands. */
export function isCommands({ language }: Block): boolean {
  return language === 'sh';
}

/** What a block of commands says that comes out: its lines that are comments, as patterns. `…` stands for anything. */
export function expectedOutput({ text }: Block): RegExp[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('# '))
    .map((line) => new RegExp(`^${line.slice(2).split('…').map(escaped).join('.*')}$`, 'm'));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
