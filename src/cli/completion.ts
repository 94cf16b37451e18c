import type { Command, Option } from 'commander';

/** Shells with a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell with a completion script. */
export type Shell = (typeof SHELLS)[number];

/** The only candidate where a file is expected: the shell completes paths itself. */
const FILES = ':files';

/**
 * Completion script of each shell. It calls `batchline __complete` for the candidates, or `batchline __describe` for
 * candidates with a tab and a description.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# batchline completion bash > /etc/bash_completion.d/batchline, or: source <(batchline completion bash)
_batchline() {
  local IFS=$'\\n'
  COMPREPLY=($(batchline __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null))
  if [[ \${COMPREPLY[0]} == ${FILES} ]]; then
    COMPREPLY=()
    compopt -o default
  elif [[ \${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace
  fi
}
complete -F _batchline batchline`,
  zsh: `#compdef batchline
# batchline completion zsh > "\${fpath[1]}/_batchline", or after compinit: source <(batchline completion zsh)
_batchline() {
  local -a found words_only shown
  local line
  found=("\${(@f)$(batchline __describe "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  [[ -z \${found[1]} ]] && return
  if [[ \${found[1]} == ${FILES} ]]; then _files; return; fi
  for line in "\${found[@]}"; do
    words_only+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if [[ \${words_only[1]} == *= ]]; then compadd -S '' -l -d shown -a words_only
  else compadd -l -d shown -a words_only; fi
}
compdef _batchline batchline`,
  fish: `# batchline completion fish > ~/.config/fish/completions/batchline.fish
function __batchline_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (batchline __describe $words[2..] 2> /dev/null)
    if test "$found[1]" = ${FILES}
        __fish_complete_path (commandline -ct)
    else
        string join \\n -- $found
    end
end
complete -c batchline -f -a '(__batchline_complete)'`,
};

/** A word that completes what is being typed. */
export interface Candidate {
  readonly word: string;
  /** Empty if there is nothing to say. */
  readonly description: string;
}

/** Lists the objects of a kind, such as `definition` or `schedule`, by their names or ids; nothing for unknown kinds. */
export type ListNames = (
  kind: string,
  context: {
    /** The name of the noun of the command, such as `webhook`. */
    readonly group: string;
    readonly operands: readonly string[];
    readonly options: ReadonlyMap<string, string>;
  },
) => Promise<readonly Candidate[]>;

/**
 * Returns the candidates for the word that is being typed. The placeholder of an option or argument, such as
 * `<schedule>`, is the kind of object that it names.
 *
 * @param words the words after the program name; the last one is incomplete and may be empty
 */
export async function listCompletions(
  program: Command,
  words: readonly string[],
  listNames: ListNames,
): Promise<Candidate[]> {
  const typed = words.at(-1) ?? '';
  let command = program;
  let expected: Option | undefined;
  const operands: string[] = [];
  const options = new Map<string, string>();
  for (const word of words.slice(0, -1)) {
    if (expected !== undefined) {
      options.set(expected.attributeName(), word);
      expected = undefined;
    } else if (word.startsWith('-')) {
      const option = command.options.find((one) => one.short === word || one.long === word);
      if (option !== undefined && (option.required || option.optional)) expected = option;
    } else {
      const inner = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (inner === undefined) operands.push(word);
      else command = inner;
    }
  }
  const found = await candidates();
  return found.filter(({ word }) => word === FILES || word.startsWith(typed));

  async function candidates(): Promise<readonly Candidate[]> {
    if (expected !== undefined) return valuesOf(expected.argChoices, placeholderOf(expected.flags));
    if (typed.startsWith('-'))
      return command
        .createHelp()
        .visibleOptions(command)
        .map((one) => ({ word: one.long ?? '', description: one.description }));
    const argument =
      command.registeredArguments[operands.length] ??
      command.registeredArguments.findLast((one) => one.variadic);
    const commands = command
      .createHelp()
      .visibleCommands(command)
      .map((one) => ({ word: one.name(), description: one.description() }));
    if (argument === undefined) return commands;
    return [...commands, ...(await valuesOf(argument.argChoices, argument.name()))];
  }

  async function valuesOf(
    choices: readonly string[] | undefined,
    kind: string,
  ): Promise<readonly Candidate[]> {
    if (choices !== undefined) return choices.map((word) => ({ word, description: '' }));
    if (kind === 'file') return [{ word: FILES, description: '' }];
    return listNames(kind, { group: command.parent?.name() ?? '', operands, options });
  }
}

/** The name in the angle brackets of an option. */
function placeholderOf(flags: string): string {
  return /<([^>.]+)/.exec(flags)?.[1] ?? '';
}
