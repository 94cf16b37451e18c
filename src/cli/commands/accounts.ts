import { type Command, Option } from 'commander';
import { ROLES, SCOPES } from '../../core/access.ts';
import { AUDITED_KINDS } from '../../core/administration.ts';
import {
  choiceOption,
  choicesOption,
  collect,
  either,
  group,
  idArgument,
  plain,
  type Runs,
  readCount,
  readFlag,
  remote,
} from '../declare.ts';

/** Declares the commands about the user's sign-in, accounts, tokens, applications and their audit. */
export function addAccountCommands(program: Command, runs: Runs): void {
  addSignIn(program, runs);
  addUsers(program, runs);
  addTokens(program, runs);
  addApplications(program, runs);
  remote(program, 'audit', {
    description: 'list who changed users, tokens, webhooks, schedules, definitions and other settings',
    examples: ['audit --kind user', 'audit --top 20 --actor 1'],
  })
    .addOption(choiceOption('--kind <kind>', 'only this kind of object', AUDITED_KINDS))
    .option('--object <name>', 'only objects of this name')
    .option('--actor <associate>', 'only changes by this associate', readCount)
    .option('--top <number>', 'number of entries; default: 100', readCount)
    .option('--before <id>', 'only entries before this one', readCount)
    .option('--all-cells', 'those of all cells, from any of them')
    .action(runs(async () => (await import('../remote/administration.ts')).listAudit));
}

function addSignIn(program: Command, runs: Runs): void {
  const signIn = () => import('../remote/sign-in.ts');
  plain(program, 'login', {
    description: 'sign in to a server, and keep a token for later commands in a file that only you can read',
    examples: [
      'login https://batch.example.org',
      'login https://batch.example.org --user anna',
      'login --token 8A:…',
    ],
  })
    .argument('[url]', 'address of the server; default: BATCHLINE_URL, or this machine')
    .option('-u, --user <login>', 'your login; default: prompt for it')
    .option('--token <token>', 'keep this token, for example from the dashboard; - reads standard input')
    .option('--days <number>', 'days until the new token expires; default: 90', readCount)
    .addOption(new Option('--json', 'print JSON'))
    .action(runs(async () => (await signIn()).login));
  plain(program, 'logout', {
    description: 'revoke the token of batchline login and forget it',
    examples: ['logout', 'logout https://batch.example.org'],
  })
    .argument('[url]', 'address of the server; default: that of the last login')
    .action(runs(async () => (await signIn()).logout));
  remote(program, 'whoami', {
    description: 'show the server and the account that commands use',
    examples: ['whoami'],
  }).action(runs(async () => (await signIn()).whoami));
}

function addUsers(program: Command, runs: Runs): void {
  const users = () => import('../accounts/users.ts');
  const user = group(program, 'user', ['users'], 'manage accounts');
  either(user, 'add', {
    description: 'create an account; prompts for the password, or reads it from standard input',
    examples: [
      'user add anna --role viewer --name "Anna Berg"',
      'user add tom --tenant Cust12345 < password.txt',
      'user add eva@example.org --role administrator --no-password',
    ],
  })
    .argument('<name>', 'the new login')
    .addOption(choicesOption('--role <role>', 'role of the account', ROLES))
    .option('--name <name>', 'display name; default: the login')
    .option('--tenant <serial>', 'restrict the account to a tenant, by its DatabaseSerialNumber')
    .option('--no-password', 'create it without a password, for the sign-in at the OIDC provider')
    .action(runs(async () => (await users()).addUser));
  either(user, 'list', { description: 'list all accounts', examples: ['user list'] }).action(
    runs(async () => (await users()).listUsers),
  );
  remote(user, 'edit', {
    description: 'change the roles of an account, disable or enable it',
    examples: [
      'user edit anna --role administrator',
      'user edit tom --disabled true',
      'user edit tom --no-roles',
    ],
  })
    .argument('<login>')
    .addOption(choicesOption('--role <role>', 'the new roles', ROLES))
    .option('--no-roles', 'remove all roles')
    .option('--disabled <flag>', 'true disables the account, false enables it', readFlag)
    .action(runs(async () => (await users()).editUser));
  either(user, 'password', {
    description: 'set a new password; prompts for it, or reads it from standard input',
    examples: ['user password admin', 'user password anna < password.txt'],
  })
    .argument('<login>')
    .action(runs(async () => (await users()).setPassword));
  either(user, 'password-link', {
    description: 'print a link by which the user sets a new password, once within a day',
    examples: ['user password-link anna --page https://batch.example.org'],
  })
    .argument('<login>')
    .option(
      '--page <url>',
      'address of the server for the user; default: --url, BATCHLINE_URL, or HOST and PORT',
    )
    .action(runs(async () => (await users()).createPasswordLink));
}

function addTokens(program: Command, runs: Runs): void {
  const tokens = () => import('../accounts/tokens.ts');
  const token = group(program, 'token', ['tokens'], 'manage bearer tokens');
  either(token, 'create', {
    description: 'create a token and print it; it is shown only once',
    examples: [
      'token create anna --name laptop --scope read --days 90',
      'token create admin --scope worker --definition send-mail',
    ],
  })
    .argument('[login]', 'the account; default: your own, if a server is called')
    .option('--name <name>', 'name of the token', 'command line')
    .addOption(choicesOption('--scope <scope>', 'scope of the token; default: read and write', SCOPES))
    .option(
      '--definition <definition>',
      'a definition that a token with the scope worker can run (repeatable)',
      collect,
    )
    .option('--days <number>', 'days until the token expires; default: never')
    .action(runs(async () => (await tokens()).createToken));
  either(token, 'list', {
    description: 'list all tokens, without their secrets',
    examples: ['token list'],
  }).action(runs(async () => (await tokens()).listAllTokens));
  either(token, 'revoke', { description: 'revoke a token', examples: ['token revoke 3'] })
    .addArgument(idArgument('token'))
    .action(runs(async () => (await tokens()).revokeToken));
}

function addApplications(program: Command, runs: Runs): void {
  const applications = () => import('../accounts/applications.ts');
  const app = group(program, 'app', ['apps'], 'manage applications');
  either(app, 'add', {
    description: 'register an application and print its SO-AppToken; it is shown only once',
    examples: ['app add "Nightly import" --scope read --scope write'],
  })
    .argument('<name>')
    .addOption(
      choicesOption('--scope <scope>', 'restrict the application to a scope; default: no limit', SCOPES),
    )
    .action(runs(async () => (await applications()).addApplication));
  either(app, 'list', { description: 'list all applications', examples: ['app list'] }).action(
    runs(async () => (await applications()).listAllApplications),
  );
  either(app, 'remove', { description: 'remove an application', examples: ['app remove 1'] })
    .addArgument(idArgument('app'))
    .action(runs(async () => (await applications()).removeApplication));
}
