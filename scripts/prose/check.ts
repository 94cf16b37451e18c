import { extract } from './extract.ts';

/** A phrase that we don't use, as a regular expression without flags, and its replacement. */
export interface Idiom {
  find: string;
  use: string;
  /** Limits the rule to comments or documents. */
  in?: string;
}

interface Finding {
  line: number;
  phrase: string;
  use: string;
}

/** Finds banned idioms in the comments, messages and prose of a file. */
export type Checker = (path: string, source: string) => Finding[];

/** Compiles the list. Phrases match whole words in any case; `Where` at the start of a pattern is matched as written. */
export function createChecker(idioms: readonly Idiom[]): Checker {
  const rules = idioms.map(({ find, use, in: kind }) => {
    const words = find.replaceAll(' ', ' +');
    const starts = /^\w/.test(find) ? '\\b' : '';
    const ends = /\w$/.test(find) ? '\\b' : '';
    return {
      pattern: new RegExp(`${starts}(?:${words})${ends}`, /Where/.test(find) ? 'gm' : 'gim'),
      use,
      kind,
    };
  });
  return (path, source) => {
    const findings: Finding[] = [];
    for (const { kind, offset, text } of extract(path, source)) {
      const matches = rules
        .filter((rule) => rule.kind === undefined || rule.kind === kind)
        .flatMap(({ pattern, use }) =>
          [...text.matchAll(pattern)].map((match) => ({ start: match.index, phrase: match[0], use })),
        );
      let end = 0;
      for (const { start, phrase, use } of matches.sort((a, b) => a.start - b.start)) {
        if (start < end) continue; // reported with the phrase that it overlaps
        end = start + phrase.length;
        const shown = phrase.replace(/`_+/g, '`…`').replace(/ +/g, ' ').trim();
        findings.push({ line: lineOf(source, offset + start), phrase: shown, use });
      }
    }
    return findings;
  };
}

function lineOf(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line += 1;
  return line;
}
