import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  /** The word after the language: a terminal's name for `sh`, a file's name for others; '' if there is none. */
  readonly name: string;
  readonly text: string;
  /** The line where its text begins. */
  readonly line: number;
}

/** The documents whose commands are run, README first. Decisions and the changelog describe the past. */
export function documentsWithCommands(): string[] {
  const found = globSync(['docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT });
  return ['README.md', ...found.filter((path) => !path.startsWith('docs/decisions/')).sort()];
}

/** Returns the fenced blocks of a document in order. @param document its path in the checkout */
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

/** The expected output of a block of commands: its comment lines as patterns, in which `…` matches anything. */
export function expectedOutput({ text }: Block): RegExp[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('# '))
    .map((line) => new RegExp(`^${line.slice(2).split('…').map(escaped).join('.*')}$`, 'm'));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
