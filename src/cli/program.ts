import { Argument, Command } from 'commander';
import { OperatorError } from '../core/errors.ts';
import { VERSION } from '../logger.ts';
import { addAccountCommands } from './commands/accounts.ts';
import { addCellCommands } from './commands/cells.ts';
import { addDefinitionCommands } from './commands/definitions.ts';
import { addNotificationCommands } from './commands/notifications.ts';
import { addScheduleCommands } from './commands/schedules.ts';
import { addServerCommands } from './commands/server.ts';
import { addTaskCommands } from './commands/tasks.ts';
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from './completion.ts';
import { addSharedOptions, plain, runsWith } from './declare.ts';
import { EXIT_CODES, type ExitCode } from './output.ts';

const FOOTER = `
Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join('\n')}

Commands that call a server use --url, BATCHLINE_URL, or the server of batchline login, and authenticate with --login,
--token, BATCHLINE_TOKEN or that sign-in. The user, token and app commands open the configured database, unless --url,
--token, --login or batchline login selects a server; --local opens the database in any case. If a running server has
the embedded database open, it executes them; stop it for the other database commands. The cell and tenant commands
open the database at BATCHLINE_CONTROL_URL.`;

/**
 * Declares all commands with their help. The module of a command is loaded only when it runs, so that help and
 * completion are fast.
 *
 * @param ended called with the exit code of the command
 */
export function createProgram(ended: (code: ExitCode) => void): Command {
  const program = new Command('batchline')
    .description('batchline: a self-hosted batch-task server')
    .version(VERSION)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', FOOTER);
  const runs = runsWith(ended);

  program.commandsGroup('Server:');
  addServerCommands(program, runs);
  program.commandsGroup('Tasks:');
  addTaskCommands(program, runs);
  addDefinitionCommands(program, runs);
  addScheduleCommands(program, runs);
  program.commandsGroup('Notifications:');
  addNotificationCommands(program, runs);
  program.commandsGroup('Accounts:');
  addAccountCommands(program, runs);
  program.commandsGroup('Cells:');
  addCellCommands(program, runs);

  program.commandsGroup('Other:');
  plain(program, 'completion', {
    description: 'print a completion script for a shell',
    examples: [
      'completion zsh > ~/.zfunc/_batchline',
      'completion fish > ~/.config/fish/completions/batchline.fish',
    ],
  })
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => {
      console.log(COMPLETION_SCRIPTS[shell]);
      ended(0);
    });
  program.helpCommand(false);
  plain(program, 'help', {
    description: 'show help for a command',
    examples: ['help', 'help task start'],
  })
    .argument('[command...]', 'names of the command')
    .action((names: readonly string[]) => {
      showHelp(program, names);
      ended(0);
    });
  addSharedOptions(program);
  return program;
}

/** Commander's own help command knows only the first name. */
function showHelp(program: Command, names: readonly string[]): void {
  let command = program;
  for (const name of names) {
    const inner = command.commands.find((one) => one.name() === name || one.aliases().includes(name));
    if (inner === undefined) throw new OperatorError('USAGE_INVALID', `unknown command '${name}'`);
    command = inner;
  }
  command.outputHelp();
}
