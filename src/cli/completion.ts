import type { Command, Option } from 'commander';

/** Shells with a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell with a completion script. */
export type Shell = (typeof SHELLS)[number];

/** Completion script of each shell. It calls `batchline __complete` for the candidates. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# batchline completion bash > /etc/bash_completion.d/batchline, or: source <(batchline completion bash)
_batchline() {
  local IFS=$'\\n'
  COMPREPLY=($(batchline __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null))
}
complete -o default -F _batchline batchline`,
  zsh: `#compdef batchline
# batchline completion zsh > "\${fpath[1]}/_batchline", or: source <(batchline completion zsh)
_batchline() {
  local -a found
  found=("\${(@f)$(batchline __complete "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  [[ -n \${found[1]} ]] && compadd -- "\${found[@]}" || _files
}
compdef _batchline batchline`,
  fish: `# batchline completion fish > ~/.config/fish/completions/batchline.fish
function __batchline_complete
    set -l words (commandline -opc) (commandline -ct)
    batchline __complete $words[2..] 2> /dev/null
end
complete -c batchline -a '(__batchline_complete)'`,
};

/**
 * Returns the candidates for the word that is being typed.
 *
 * @param words the words after the program name; the last one is incomplete and may be empty
 */
export function listCompletions(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  let command = program;
  let expected: Option | undefined;
  let given = 0;
  for (const word of before) {
    if (expected !== undefined) expected = undefined;
    else if (word.startsWith('-')) {
      const option = command.options.find((one) => one.short === word || one.long === word);
      if (option !== undefined && (option.required || option.optional)) expected = option;
    } else {
      const inner = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (inner === undefined) given += 1;
      else [command, given] = [inner, 0];
    }
  }
  return candidates(command, expected, given, typed).filter((word) => word.startsWith(typed));
}

function candidates(command: Command, expected: Option | undefined, given: number, typed: string): string[] {
  if (expected !== undefined) return [...(expected.argChoices ?? [])];
  if (typed.startsWith('-'))
    return command
      .createHelp()
      .visibleOptions(command)
      .map((one) => one.long ?? '');
  const argument =
    command.registeredArguments[given] ?? command.registeredArguments.findLast((one) => one.variadic);
  return [
    ...command
      .createHelp()
      .visibleCommands(command)
      .map((one) => one.name()),
    ...(argument?.argChoices ?? []),
  ];
}
