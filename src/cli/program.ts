import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, SCOPES } from '../core/caller.ts';
import { STORED_STATES } from '../core/task-state.ts';
import { VERSION } from '../logger.ts';
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from './completion.ts';
import { EXIT_CODES, type ExitCode } from './usage.ts';

/** How a command is run. */
type Action = (...args: never[]) => Promise<ExitCode>;

const FOOTER = `
Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join('\n')}

Commands about tasks, definitions and schedules call the server that --url or BATCHLINE_URL names, signed in by
--token, BATCHLINE_TOKEN or --login. Those about users, tokens, applications and the database open the database that
the settings name: with the embedded one, stop the server first, or use its API.`;

/**
 * The command line: every command with its help. What a command does is loaded when it is run, so that help and
 * completion come at once.
 *
 * @param ended told the exit code of the command that was run
 */
export function createProgram(ended: (code: ExitCode) => void): Command {
  const program = new Command('batchline')
    .description('batchline: a self-hosted batch-task server')
    .version(VERSION)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', FOOTER);

  /** Runs what a module exports; the arguments are those of the command, then its options. */
  const runs =
    (load: () => Promise<Action>) =>
    async (...args: unknown[]): Promise<void> => {
      const action = (await load()) as (...given: unknown[]) => Promise<ExitCode>;
      // Commander hands the command itself over as the last one.
      ended(await action(...args.slice(0, -1)));
    };

  program.commandsGroup('Server:');
  program
    .command('serve')
    .description('start the server')
    .option('--no-worker', 'without running tasks: other processes do')
    .action(runs(async () => (await import('./serve.ts')).serve));
  program
    .command('work')
    .description(
      'run tasks without an API: on the database at DATABASE_URL, or the definitions of BATCHLINE_HANDLERS for the server at BATCHLINE_URL',
    )
    .action(runs(async () => (await import('./work.ts')).work));
  addLocal(program.command('migrate'))
    .description('bring the tables of the database up to date, as each start does')
    .option('--check', 'only look; the exit code is 5 where something is to be done')
    .action(runs(async () => (await import('./local/migrate.ts')).migrateCommand));
  addLocal(program.command('doctor'))
    .description('look at everything that a start needs')
    .action(runs(async () => (await import('./local/doctor.ts')).doctor));
  addLocal(program.command('backup'))
    .description('write all of the embedded database into an archive; the server must be stopped')
    .argument('<file>', 'a new file, such as batchline.tar.gz')
    .action(runs(async () => (await import('./local/backup.ts')).backup));
  addLocal(program.command('restore'))
    .description('make the embedded database from such an archive; there must be none yet')
    .argument('<file>')
    .action(runs(async () => (await import('./local/backup.ts')).restore));
  addLocal(program.command('move'))
    .description('move everything of the embedded database into an empty PostgreSQL')
    .option('--to <address>', 'postgres://…')
    .option('--forget', 'use the embedded database again all the same')
    .action(runs(async () => (await import('./local/move.ts')).moveCommand));
  addLocal(program.command('settings'))
    .description('every setting, its default and its meaning')
    .action(runs(async () => (await import('./settings-help.ts')).settingsCommand));

  program.commandsGroup('Work:');
  addTaskCommands(program, runs);
  addDefinitionCommands(program, runs);
  addScheduleCommands(program, runs);

  program.commandsGroup('Who may sign in:');
  addUserCommands(program, runs);
  addTokenCommands(program, runs);
  addApplicationCommands(program, runs);

  program.commandsGroup('Other:');
  program
    .command('completion')
    .description('print a script that makes a shell complete this command line')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => {
      console.log(COMPLETION_SCRIPTS[shell]);
      ended(0);
    });
  program.helpCommand('help [command]', 'help, also for one command');
  return program;
}

type Runs = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>;

function addTaskCommands(program: Command, runs: Runs): void {
  const tasks = () => import('./remote/tasks.ts');
  const task = program.command('task').alias('tasks').description('start, watch and control tasks');
  addRemote(task.command('start'))
    .description('start a task; prints its id')
    .argument('<definition>')
    .option('-p, --parameter <name=value>', 'a parameter; may be given often', collect, [])
    .option('--parameters <json>', 'all parameters: a JSON object, @FILE, or - for standard input')
    .option('-d, --description <text>')
    .option('--at <time>', 'when it is due, such as 2026-12-24T18:00')
    .option('--delay <seconds>', 'how long until it is due')
    .option('--priority <number>', 'higher ones are delivered first')
    .option('--key <key>', 'the same key within a day starts one task only')
    .option('-w, --watch', 'show it until it has ended')
    .action(runs(async () => (await tasks()).startTask));
  addRemote(task.command('list'))
    .description('the tasks that one may see, newest first')
    .addOption(
      new Option('-s, --state <state>', 'may be given often')
        .choices(STORED_STATES)
        .argParser(collectOf(STORED_STATES))
        .default([], 'any'),
    )
    .option('-n, --name <definition>')
    .option('--mine', 'only own ones')
    .option('--filter <condition>', '$filter of the archive list, such as "startCount gt 1"')
    .option('--top <number>', 'at most so many', '50')
    .action(runs(async () => (await tasks()).listTasks));
  addRemote(task.command('show'))
    .description('everything about a task')
    .addArgument(idArgument())
    .action(runs(async () => (await tasks()).showTask));
  addRemote(task.command('watch'))
    .description('show a task until it has ended, with a progress bar on a terminal')
    .addArgument(idArgument())
    .action(runs(async () => (await tasks()).watchTaskCommand));
  addRemote(task.command('stop'))
    .description('stop a task; the exit code is 5 where it had ended or can not be stopped')
    .addArgument(idArgument())
    .action(runs(async () => (await tasks()).stopTask));
  addRemote(task.command('restart'))
    .description('run a failed task again')
    .addArgument(idArgument())
    .option('--from-start', 'forget the checkpoint of earlier runs')
    .action(runs(async () => (await tasks()).restartTask));
  addRemote(task.command('delete'))
    .description('delete tasks, all or none')
    .argument('<id...>', undefined, (text: string, before: number[] | undefined) => [
      ...(before ?? []),
      readId(text),
    ])
    .action(runs(async () => (await tasks()).deleteTasks));
  addRemote(task.command('logs'))
    .alias('log')
    .description('what the runs of a task have logged')
    .addArgument(idArgument())
    .option('-f, --follow', 'until it has ended')
    .action(runs(async () => (await tasks()).showLog));
}

function addDefinitionCommands(program: Command, runs: Runs): void {
  const definitions = () => import('./remote/definitions.ts');
  const definition = program
    .command('definition')
    .alias('definitions')
    .description('what tasks can be started by');
  addRemote(definition.command('list'))
    .description('all of them')
    .action(runs(async () => (await definitions()).listDefinitions));
  addRemote(definition.command('show'))
    .description('one, with its parameters')
    .argument('<name>')
    .action(runs(async () => (await definitions()).showDefinition));
  for (const [name, paused, description] of [
    ['pause', true, 'hold back its tasks'],
    ['resume', false, 'let its tasks go on'],
  ] as const)
    addRemote(definition.command(name))
      .description(description)
      .argument('<name>')
      .action(
        runs(async () => {
          const { pauseDefinition } = await definitions();
          return (one: string, options: object) => pauseDefinition(one, paused, options);
        }),
      );
}

function addScheduleCommands(program: Command, runs: Runs): void {
  const schedules = () => import('./remote/schedules.ts');
  const schedule = program
    .command('schedule')
    .alias('schedules')
    .description('tasks that start by the clock');
  addRemote(schedule.command('list'))
    .description('those that one may see')
    .action(runs(async () => (await schedules()).listSchedules));
  addRemote(schedule.command('show'))
    .description('one, with its next runs')
    .addArgument(idArgument())
    .action(runs(async () => (await schedules()).showSchedule));
  addRemote(schedule.command('create'))
    .description('make one; prints its id')
    .argument('<definition>')
    .requiredOption('--cron <expression>', 'such as "0 2 * * *"')
    .option('--name <name>', 'the name of the definition where it is absent')
    .option('--zone <zone>', 'the time zone of the expression')
    .option('--parameters <json>', 'a JSON object')
    .action(runs(async () => (await schedules()).createSchedule));
  for (const [name, paused, description] of [
    ['pause', true, 'pause it'],
    ['resume', false, 'let it go on'],
  ] as const)
    addRemote(schedule.command(name))
      .description(description)
      .addArgument(idArgument())
      .action(
        runs(async () => {
          const { pauseSchedule } = await schedules();
          return (id: number, options: object) => pauseSchedule(id, paused, options);
        }),
      );
  addRemote(schedule.command('run'))
    .description("start its task now; prints the task's id")
    .addArgument(idArgument())
    .action(runs(async () => (await schedules()).runSchedule));
  addRemote(schedule.command('delete'))
    .description('delete it; the tasks that it has started stay')
    .addArgument(idArgument())
    .action(runs(async () => (await schedules()).deleteSchedule));
}

function addUserCommands(program: Command, runs: Runs): void {
  const users = () => import('./local/accounts.ts');
  const user = program.command('user').alias('users').description('associates who may sign in');
  addLocal(user.command('add'))
    .description('make one; the password is asked for, or is standard input')
    .argument('<login>')
    .addOption(
      new Option('--role <role>', 'may be given twice')
        .choices(ROLES)
        .argParser(collectOf(ROLES))
        .default([], 'none'),
    )
    .option('--name <name>')
    .option('--tenant <serial>', 'the DatabaseSerialNumber that they are bound to')
    .action(runs(async () => (await users()).addUser));
  addLocal(user.command('list'))
    .description('all of them')
    .action(runs(async () => (await users()).listUsers));
  addLocal(user.command('password'))
    .description('set a new password; it is asked for, or read from standard input')
    .argument('<login>')
    .action(runs(async () => (await users()).setPassword));
}

function addTokenCommands(program: Command, runs: Runs): void {
  const tokens = () => import('./local/accounts.ts');
  const token = program.command('token').alias('tokens').description('bearer tokens');
  addLocal(token.command('create'))
    .description('make one and print it, once')
    .argument('<login>')
    .option('--name <name>', 'what it is for', 'command line')
    .addOption(
      new Option('--scope <scope>', 'may be given often')
        .choices(SCOPES)
        .argParser(collectOf(SCOPES))
        .default([], 'read and write'),
    )
    .option('--definition <name>', 'with the scope worker: what it runs; may be given often', collect, [])
    .option('--days <number>', 'how long it is good for')
    .action(runs(async () => (await tokens()).createToken));
  addLocal(token.command('list'))
    .description('all of them, without the secrets')
    .action(runs(async () => (await tokens()).listAllTokens));
  addLocal(token.command('revoke'))
    .description('revoke one')
    .addArgument(idArgument())
    .action(runs(async () => (await tokens()).revokeToken));
}

function addApplicationCommands(program: Command, runs: Runs): void {
  const applications = () => import('./local/accounts.ts');
  const app = program.command('app').alias('apps').description('applications with an SO-AppToken');
  addLocal(app.command('add'))
    .description('register one and print its SO-AppToken, once')
    .argument('<name>')
    .addOption(
      new Option('--scope <scope>', 'limits its calls; may be given often')
        .choices(SCOPES)
        .argParser(collectOf(SCOPES))
        .default([], 'no limit'),
    )
    .action(runs(async () => (await applications()).addApplication));
  addLocal(app.command('list'))
    .description('all of them')
    .action(runs(async () => (await applications()).listAllApplications));
  addLocal(app.command('remove'))
    .description('remove one')
    .addArgument(idArgument())
    .action(runs(async () => (await applications()).removeApplication));
}

function addLocal(command: Command): Command {
  return command.option('--json', 'print JSON');
}

function addRemote(command: Command): Command {
  return addLocal(command)
    .option('--url <address>', 'the server; else BATCHLINE_URL, else this machine')
    .option('--token <token>', 'a bearer token; else BATCHLINE_TOKEN')
    .option('--login <login>', 'sign in with a password, which is asked for; or login:password');
}

function idArgument(): Argument {
  return new Argument('<id>').argParser(readId);
}

function readId(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('An id is a whole number.');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Gathers values of an option that may be given often, each one of these. */
function collectOf(choices: readonly string[]): (value: string, before: unknown) => string[] {
  return (value, before) => {
    if (!choices.includes(value))
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    return [...((before as string[] | undefined) ?? []), value];
  };
}
