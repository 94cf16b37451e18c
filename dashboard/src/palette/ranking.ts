/** A command as far as its place in the palette depends on it. */
export interface Ranked {
  readonly label: string;
  /** Other words by which it is found. */
  readonly keywords?: string;
}

/**
 * Returns the commands that have every word of a query, the best first: labels that begin with the query, then labels with
 * words that begin so, then the others. Without a query, all in their order.
 */
export function rank<T extends Ranked>(commands: readonly T[], query: string): T[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...commands];
  const scored = commands.flatMap((command) => {
    const label = fold(command.label);
    const text = `${label} ${fold(command.keywords ?? '')}`;
    if (!words.every((word) => text.includes(word))) return [];
    const beginsWords = words.every((word) =>
      new RegExp(`(?<![\\p{L}\\p{N}])${escaped(word)}`, 'u').test(text),
    );
    return [{ command, score: label.startsWith(words.join(' ')) ? 0 : beginsWords ? 1 : 2 }];
  });
  return scored.sort((a, b) => a.score - b.score).map(({ command }) => command);
}

/** In lower case and without accents, so that `parametres` finds `Paramètres`. */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
