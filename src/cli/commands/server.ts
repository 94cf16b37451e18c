import type { Command } from 'commander';
import { local, plain, type Runs, readCount, remote } from '../declare.ts';

/** Declares the commands that run and maintain a server. */
export function addServerCommands(program: Command, runs: Runs): void {
  const database = () => import('../local/database.ts');
  plain(program, 'serve', {
    description: 'start the server',
    examples: ['serve', 'serve --no-worker'],
  })
    .option('--no-worker', 'serve the API without running tasks')
    .action(runs(async () => (await import('../serve.ts')).serve));
  plain(program, 'work', {
    description:
      'run tasks without serving the API: from the database at DATABASE_URL, or from the server at BATCHLINE_URL with the definitions in BATCHLINE_HANDLERS',
    examples: ['work'],
  }).action(runs(async () => (await import('../serve.ts')).work));
  remote(program, 'status', {
    description: 'show the version of a server, and whether it is ready',
    examples: ['status', 'status --url https://batch.example.org'],
  }).action(runs(async () => (await import('../remote/server.ts')).showStatus));
  remote(program, 'statistics', {
    description: 'show queues, throughput and failures of all definitions',
    examples: ['statistics', 'statistics --minutes 1440'],
  })
    .option('--minutes <number>', 'length of the period; default: 60', readCount)
    .action(runs(async () => (await import('../remote/server.ts')).showStatistics));
  local(program, 'migrate', {
    description: 'run pending migrations, as each start does',
    examples: ['migrate --check'],
  })
    .option('--check', 'only list pending migrations; exit with code 5 if there are any')
    .action(runs(async () => (await database()).migrateCommand));
  local(program, 'doctor', {
    description: 'check everything that the server needs to start',
    examples: ['doctor'],
  }).action(runs(async () => (await import('../local/doctor.ts')).doctor));
  local(program, 'backup', {
    description: 'save the embedded database to an archive; the server must be stopped',
    examples: ['backup batchline.tar.gz'],
  })
    .argument('<file>', 'the archive to create')
    .action(runs(async () => (await database()).backup));
  local(program, 'restore', {
    description: 'create the embedded database from an archive; none may exist yet',
    examples: ['restore batchline.tar.gz'],
  })
    .argument('<file>', 'an archive created by backup')
    .action(runs(async () => (await database()).restore));
  local(program, 'move', {
    description: 'copy the embedded database to an empty PostgreSQL database',
    examples: ['move --to postgres://batchline@db.example.org/batchline', 'move --forget'],
  })
    .option('--to <url>', 'the target: postgres://…')
    .option('--forget', 'allow the embedded database to be used again after a move')
    .action(runs(async () => (await database()).moveCommand));
  local(program, 'settings', {
    description: 'list all settings with their defaults',
    examples: ['settings', 'settings --json'],
  }).action(runs(async () => (await import('../settings-help.ts')).settingsCommand));
}
