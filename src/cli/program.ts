import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, SCOPES } from '../core/access.ts';
import { AUDITED_KINDS } from '../core/administration.ts';
import { LISTED_STATES } from '../core/odata/listed-state.ts';
import { OVERLAPS } from '../core/overlap.ts';
import { VERSION } from '../logger.ts';
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from './completion.ts';
import { EXIT_CODES, type ExitCode } from './output.ts';

/** The implementation of a command. */
type Action = (...args: never[]) => Promise<ExitCode>;

const FOOTER = `
Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join('\n')}

The task, definition, schedule, worker and audit commands call the server at --url or BATCHLINE_URL, and authenticate with --token,
BATCHLINE_TOKEN or --login. The user, token, app and database commands open the configured database; the cell
and tenant commands, that at BATCHLINE_CONTROL_URL. If a
running server has the embedded database open, it executes user, token and app; stop it for the database commands.`;

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

  /** Loads an action and calls it with the arguments of the command, followed by its options. */
  const runs =
    (load: () => Promise<Action>) =>
    async (...args: unknown[]): Promise<void> => {
      const action = (await load()) as (...given: unknown[]) => Promise<ExitCode>;
      // Commander's last argument is the command itself.
      ended(await action(...args.slice(0, -1)));
    };

  program.commandsGroup('Server:');
  program
    .command('serve')
    .description('start the server')
    .option('--no-worker', 'serve the API without running tasks')
    .action(runs(async () => (await import('./serve.ts')).serve));
  program
    .command('work')
    .description(
      'run tasks without serving the API: from the database at DATABASE_URL, or from the server at BATCHLINE_URL with the definitions in BATCHLINE_HANDLERS',
    )
    .action(runs(async () => (await import('./serve.ts')).work));
  addLocal(program.command('migrate'))
    .description('run pending migrations, as each start does')
    .option('--check', 'only list pending migrations; exit with code 5 if there are any')
    .action(runs(async () => (await import('./local/database.ts')).migrateCommand));
  addLocal(program.command('doctor'))
    .description('check everything that the server needs to start')
    .action(runs(async () => (await import('./local/doctor.ts')).doctor));
  addLocal(program.command('backup'))
    .description('save the embedded database to an archive; the server must be stopped')
    .argument('<file>', 'the archive to create, such as batchline.tar.gz')
    .action(runs(async () => (await import('./local/database.ts')).backup));
  addLocal(program.command('restore'))
    .description('create the embedded database from an archive; none may exist yet')
    .argument('<file>', 'an archive created by backup')
    .action(runs(async () => (await import('./local/database.ts')).restore));
  addLocal(program.command('move'))
    .description('copy the embedded database to an empty PostgreSQL database')
    .option('--to <url>', 'the target: postgres://…')
    .option('--forget', 'allow the embedded database to be used again after a move')
    .action(runs(async () => (await import('./local/database.ts')).moveCommand));
  addLocal(program.command('settings'))
    .description('list all settings with their defaults')
    .action(runs(async () => (await import('./settings-help.ts')).settingsCommand));

  program.commandsGroup('Tasks:');
  addTaskCommands(program, runs);
  addDefinitionCommands(program, runs);
  addScheduleCommands(program, runs);
  addWorkerCommands(program, runs);

  program.commandsGroup('Accounts:');
  addUserCommands(program, runs);
  addTokenCommands(program, runs);
  addApplicationCommands(program, runs);
  addRemote(program.command('audit'))
    .description('list who changed users, tokens, applications, webhooks, schedules and definitions')
    .addOption(new Option('--kind <kind>', 'only this kind of object').choices(AUDITED_KINDS))
    .addOption(new Option('--top <number>', 'number of entries; default: 100').argParser(readCount))
    .addOption(new Option('--before <id>', 'only entries before this one').argParser(readCount))
    .action(runs(async () => (await import('./remote/administration.ts')).listAudit));

  program.commandsGroup('Cells:');
  addCellCommands(program, runs);

  program.commandsGroup('Other:');
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => {
      console.log(COMPLETION_SCRIPTS[shell]);
      ended(0);
    });
  program.helpCommand('help [command]', 'show help for a command');
  return program;
}

type Runs = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>;

function addTaskCommands(program: Command, runs: Runs): void {
  const tasks = () => import('./remote/tasks.ts');
  const task = program.command('task').alias('tasks').description('start, watch and control tasks');
  addRemote(task.command('start'))
    .description('start a task and print its id')
    .argument('<definition>')
    .option('-p, --parameter <name=value>', 'a parameter (repeatable)', collect, [])
    .option('--parameters <json>', 'all parameters: a JSON object, @FILE, or - for standard input')
    .option('-d, --description <text>', 'description of the task')
    .option('--at <time>', 'start time, such as 2026-12-24T18:00')
    .option('--delay <seconds>', 'delay before the task starts')
    .option('--priority <number>', 'tasks with a higher priority start first')
    .option('--key <key>', 'idempotency key: a repeated start within a day returns the first task')
    .option('-w, --watch', 'follow the task until it ends')
    .action(runs(async () => (await tasks()).startTask));
  addRemote(task.command('bulk-start'))
    .description('start a task for each line of a file and print the ids')
    .argument('<file>', 'JSON Lines: a BatchTaskInfo on each line; - for standard input')
    .option('--at <time>', 'start time of tasks without their own')
    .option('--delay <seconds>', 'delay before tasks without their own start')
    .option('--priority <number>', 'priority of tasks without their own')
    .option('--key <key>', 'idempotency key: a repeated call within a day starts only what is missing')
    .option('--dry-run', 'only check the lines; exits with code 1 if any is invalid')
    .action(runs(async () => (await import('./remote/bulk-start.ts')).bulkStart));
  addRemote(task.command('bulk'))
    .description('stop, restart, delete, prioritize or reschedule all tasks that match')
    .addArgument(new Argument('<action>').choices(['stop', 'restart', 'delete', 'prioritize', 'reschedule']))
    .option('--filter <condition>', 'a $filter of the archive list, such as "state eq \'New\'"')
    .option('--search <search>', 'texts and qualifiers, such as "state:failed created:today C4711"')
    .option('--dry-run', 'only show how many tasks would be changed')
    .option('--priority <number>', 'prioritize: the new priority')
    .option('--at <time>', 'reschedule: the new start time')
    .option('--delay <seconds>', 'reschedule: seconds until the start; 0 for now')
    .option('--from-start', 'restart: discard the checkpoints of earlier runs')
    .action(runs(async () => (await import('./remote/bulk.ts')).bulkTasks));
  addRemote(task.command('list'))
    .description('list the tasks that you can see, newest first')
    .addOption(
      new Option('-s, --state <state>', 'only tasks in this state; Failed excludes Stopped (repeatable)')
        .choices(LISTED_STATES)
        .argParser(collectOf(LISTED_STATES))
        .default([], 'any'),
    )
    .option('-n, --name <definition>', 'only tasks of this definition')
    .option('--mine', 'only your own tasks')
    .option('--filter <condition>', 'a $filter of the archive list, such as "startCount gt 1"')
    .option('--search <search>', 'texts and qualifiers, such as "state:failed created:today C4711"')
    .option('--top <number>', 'maximum number of tasks', '50')
    .action(runs(async () => (await tasks()).listTasks));
  addRemote(task.command('show'))
    .description('show a task')
    .addArgument(idArgument())
    .action(runs(async () => (await tasks()).showTask));
  addRemote(task.command('watch'))
    .description('follow a task until it ends, with a progress bar on a terminal')
    .addArgument(idArgument())
    .action(runs(async () => (await tasks()).watchTaskCommand));
  addRemote(task.command('stop'))
    .description('stop a task; exits with code 5 if it has already ended or cannot be stopped')
    .addArgument(idArgument())
    .action(runs(async () => (await tasks()).stopTask));
  addRemote(task.command('restart'))
    .description('run a failed task again')
    .addArgument(idArgument())
    .option('--from-start', 'discard the checkpoint of earlier runs')
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
    .description('print the log of a task')
    .addArgument(idArgument())
    .option('-f, --follow', 'continue until the task ends')
    .addOption(new Option('--attempt <number>', 'only the lines of this attempt').argParser(readNumber))
    .action(runs(async () => (await tasks()).showLog));
}

function addDefinitionCommands(program: Command, runs: Runs): void {
  const definitions = () => import('./remote/definitions.ts');
  const definition = program
    .command('definition')
    .alias('definitions')
    .description('list, pause and resume task definitions');
  addRemote(definition.command('list'))
    .description('list all definitions')
    .action(runs(async () => (await definitions()).listDefinitions));
  addRemote(definition.command('show'))
    .description('show a definition and its parameters')
    .argument('<name>')
    .action(runs(async () => (await definitions()).showDefinition));
  for (const [name, paused, description] of [
    ['pause', true, 'pause a definition; its tasks stay in the queue'],
    ['resume', false, 'resume a definition'],
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
  const schedule = program.command('schedule').alias('schedules').description('start tasks at set times');
  addRemote(schedule.command('list'))
    .description('list the schedules that you can see')
    .action(runs(async () => (await schedules()).listSchedules));
  addRemote(schedule.command('show'))
    .description('show a schedule and its next runs')
    .addArgument(idArgument())
    .action(runs(async () => (await schedules()).showSchedule));
  addRemote(schedule.command('create'))
    .description('create a schedule and print its id')
    .argument('<definition>')
    .requiredOption('--cron <expression>', 'cron expression, such as "0 2 * * *"')
    .option('--name <name>', 'name of the schedule; default: the name of the definition')
    .option('--zone <zone>', 'time zone of the cron expression')
    .option('--parameters <json>', 'parameters of the tasks: a JSON object')
    .addOption(
      new Option(
        '--overlap <policy>',
        'what a due time does while an earlier task has not ended: Allow, Skip or Queue',
      )
        .choices(OVERLAPS)
        .default(undefined, 'Allow'),
    )
    .action(runs(async () => (await schedules()).createSchedule));
  for (const [name, paused, description] of [
    ['pause', true, 'pause a schedule'],
    ['resume', false, 'resume a schedule'],
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
    .description('start the task of a schedule now and print its id')
    .addArgument(idArgument())
    .action(runs(async () => (await schedules()).runSchedule));
  addRemote(schedule.command('delete'))
    .description('delete a schedule; tasks that it started remain')
    .addArgument(idArgument())
    .action(runs(async () => (await schedules()).deleteSchedule));
}

function addWorkerCommands(program: Command, runs: Runs): void {
  const worker = program.command('worker').alias('workers').description('list live servers and workers');
  addRemote(worker.command('list'))
    .description('list the live servers and workers, and what they run')
    .option('-n, --name <definition>', 'only workers that run this definition')
    .action(runs(async () => (await import('./remote/workers.ts')).listWorkers));
}

function addUserCommands(program: Command, runs: Runs): void {
  const users = () => import('./local/accounts.ts');
  const user = program.command('user').alias('users').description('manage accounts');
  addLocal(user.command('add'))
    .description('create an account; prompts for the password, or reads it from standard input')
    .argument('<login>')
    .addOption(
      new Option('--role <role>', 'role of the account (repeatable)')
        .choices(ROLES)
        .argParser(collectOf(ROLES))
        .default([], 'none'),
    )
    .option('--name <name>', 'display name; default: the login')
    .option('--tenant <serial>', 'restrict the account to a tenant, by its DatabaseSerialNumber')
    .action(runs(async () => (await users()).addUser));
  addLocal(user.command('list'))
    .description('list all accounts')
    .action(runs(async () => (await users()).listUsers));
  addLocal(user.command('password'))
    .description('set a new password; prompts for it, or reads it from standard input')
    .argument('<login>')
    .action(runs(async () => (await users()).setPassword));
  addLocal(user.command('password-link'))
    .description('print a link by which the user sets a new password, once within a day')
    .argument('<login>')
    .option('--url <url>', 'address of the server for the user; default: BATCHLINE_URL, or HOST and PORT')
    .action(runs(async () => (await users()).createPasswordLink));
}

function addTokenCommands(program: Command, runs: Runs): void {
  const tokens = () => import('./local/accounts.ts');
  const token = program.command('token').alias('tokens').description('manage bearer tokens');
  addLocal(token.command('create'))
    .description('create a token and print it; it is shown only once')
    .argument('<login>')
    .option('--name <name>', 'name of the token', 'command line')
    .addOption(
      new Option('--scope <scope>', 'scope of the token (repeatable)')
        .choices(SCOPES)
        .argParser(collectOf(SCOPES))
        .default([], 'read and write'),
    )
    .option(
      '--definition <name>',
      'a definition that a token with the scope worker can run (repeatable)',
      collect,
      [],
    )
    .option('--days <number>', 'days until the token expires; default: never')
    .action(runs(async () => (await tokens()).createToken));
  addLocal(token.command('list'))
    .description('list all tokens, without their secrets')
    .action(runs(async () => (await tokens()).listAllTokens));
  addLocal(token.command('revoke'))
    .description('revoke a token')
    .addArgument(idArgument())
    .action(runs(async () => (await tokens()).revokeToken));
}

function addApplicationCommands(program: Command, runs: Runs): void {
  const applications = () => import('./local/accounts.ts');
  const app = program.command('app').alias('apps').description('manage applications');
  addLocal(app.command('add'))
    .description('register an application and print its SO-AppToken; it is shown only once')
    .argument('<name>')
    .addOption(
      new Option('--scope <scope>', 'restrict the application to a scope (repeatable)')
        .choices(SCOPES)
        .argParser(collectOf(SCOPES))
        .default([], 'no limit'),
    )
    .action(runs(async () => (await applications()).addApplication));
  addLocal(app.command('list'))
    .description('list all applications')
    .action(runs(async () => (await applications()).listAllApplications));
  addLocal(app.command('remove'))
    .description('remove an application')
    .addArgument(idArgument())
    .action(runs(async () => (await applications()).removeApplication));
}

function addCellCommands(program: Command, runs: Runs): void {
  const cells = () => import('./local/cells.ts');
  const cell = program.command('cell').alias('cells').description('manage the cells of the control database');
  addLocal(cell.command('add'))
    .description('register the database of the settings as a cell; it must be empty unless it is the first')
    .argument('<name>')
    .requiredOption('--endpoint <address>', 'address of its servers: https://…')
    .option(
      '--ids <number>',
      'number of ids of its tasks; default: 134217728, room for 15 cells. all for those of other cells too: then no tenant can be moved into or out of it',
    )
    .action(runs(async () => (await cells()).addCell));
  addLocal(cell.command('list'))
    .description('list all cells')
    .action(runs(async () => (await cells()).listAllCells));
  addLocal(cell.command('remove'))
    .description('remove a cell that has no tenants')
    .argument('<name>')
    .action(runs(async () => (await cells()).removeCell));
  const tenant = program.command('tenant').alias('tenants').description('manage the cells of tenants');
  addLocal(tenant.command('list'))
    .description('list the tenants that are placed, and their moves')
    .action(runs(async () => (await cells()).listTenants));
  addLocal(tenant.command('show'))
    .description('show the cell of a tenant')
    .argument('<tenant>')
    .action(runs(async () => (await cells()).showTenant));
  addLocal(tenant.command('place'))
    .description('place a tenant that has no data yet')
    .argument('<tenant>')
    .requiredOption('--cell <name>', 'the cell')
    .action(runs(async () => (await cells()).placeTenant));
  addLocal(tenant.command('move'))
    .description('move a tenant to another cell while it works; if it is interrupted, run it again')
    .argument('<tenant>')
    .option('--to <cell>', 'the new cell')
    .option(
      '--drain-seconds <number>',
      'seconds until runs in progress are interrupted, to continue in the new cell',
      '60',
    )
    .option('--cancel', 'take back a move that has not switched yet')
    .action(runs(async () => (await import('./local/tenant-move.ts')).moveTenantCommand));
}

function addLocal(command: Command): Command {
  return command.option('--json', 'print JSON');
}

function addRemote(command: Command): Command {
  return addLocal(command)
    .option('--url <address>', 'address of the server; default: BATCHLINE_URL, or this machine')
    .option('--token <token>', 'bearer token; default: BATCHLINE_TOKEN')
    .option('--login <login>', 'sign in with login:password, or with a login and prompt for the password');
}

function idArgument(): Argument {
  return new Argument('<id>').argParser(readId);
}

function readId(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('An id is a whole number.');
}

function readNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('An attempt is a whole number.');
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 is accepted.');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Collects the values of a repeatable option that accepts only these choices. */
function collectOf(choices: readonly string[]): (value: string, before: unknown) => string[] {
  return (value, before) => {
    if (!choices.includes(value))
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    return [...((before as string[] | undefined) ?? []), value];
  };
}
