import type { Command } from 'commander';
import { OVERLAPS } from '../../core/overlap.ts';
import { MISSED_RUNS } from '../../core/schedule.ts';
import { choiceOption, group, idArgument, type Runs, readCount, readInteger, remote } from '../declare.ts';

/** Declares the commands about schedules and time zones. */
export function addScheduleCommands(program: Command, runs: Runs): void {
  const schedules = () => import('../remote/schedules.ts');
  const schedule = group(program, 'schedule', ['schedules'], 'start tasks at set times');
  remote(schedule, 'list', {
    description: 'list the schedules that you can see',
    examples: ['schedule list'],
  }).action(runs(async () => (await schedules()).listSchedules));
  remote(schedule, 'show', {
    description: 'show a schedule and its next runs',
    examples: ['schedule show 3', 'schedule show 3 --next 20'],
  })
    .addArgument(idArgument('schedule'))
    .option('--next <number>', 'number of next runs; default: 5', readCount)
    .action(runs(async () => (await schedules()).showSchedule));
  withSettings(
    remote(schedule, 'create', {
      description: 'create a schedule and print its id',
      examples: [
        'schedule create table-export --cron "0 2 * * *" --zone Europe/Oslo --parameters \'{"format":"csv"}\'',
      ],
    })
      .argument('<definition>', 'name of the definition')
      .requiredOption('--cron <expression>', 'cron expression, such as "0 2 * * *"'),
  ).action(runs(async () => (await schedules()).createSchedule));
  withSettings(
    remote(schedule, 'edit', {
      description: 'change the given settings of a schedule',
      examples: [
        'schedule edit 3 --cron "0 4 * * *"',
        'schedule edit 3 --parameters @parameters.json --overlap skip',
      ],
    })
      .addArgument(idArgument('schedule'))
      .option('--definition <definition>', 'name of the definition')
      .option('--cron <expression>', 'cron expression, such as "0 2 * * *"'),
  ).action(runs(async () => (await schedules()).editSchedule));
  remote(schedule, 'preview', {
    description: 'list the next due times of a cron expression',
    examples: ['schedule preview "0 2 * * 1-5" --zone Europe/Oslo'],
  })
    .argument('<cron>', 'cron expression')
    .option('--zone <zone>', 'time zone of the cron expression')
    .option('--next <number>', 'number of due times; default: 5', readCount)
    .action(runs(async () => (await schedules()).previewSchedule));
  for (const [name, paused, description] of [
    ['pause', true, 'pause a schedule'],
    ['resume', false, 'resume a schedule'],
  ] as const)
    remote(schedule, name, { description, examples: [`schedule ${name} 3`] })
      .addArgument(idArgument('schedule'))
      .action(
        runs(async () => {
          const { pauseSchedule } = await schedules();
          return (id: number, options: object) => pauseSchedule(id, paused, options);
        }),
      );
  remote(schedule, 'run', {
    description: 'start the task of a schedule now and print its id',
    examples: ['schedule run 3'],
  })
    .addArgument(idArgument('schedule'))
    .action(runs(async () => (await schedules()).runSchedule));
  remote(schedule, 'delete', {
    description: 'delete a schedule; tasks that it started remain',
    examples: ['schedule delete 3'],
  })
    .addArgument(idArgument('schedule'))
    .action(runs(async () => (await schedules()).deleteSchedule));

  const zone = group(program, 'zone', ['zones'], 'time zones');
  remote(zone, 'list', {
    description: 'list the time zones with their codes',
    examples: ['zone list'],
  }).action(runs(async () => (await import('../remote/zones.ts')).listZones));
  remote(zone, 'show', {
    description: 'show a time zone; by default, your own',
    examples: ['zone show', 'zone show NO'],
  })
    .argument('[zone]', 'a code or an IANA name')
    .action(runs(async () => (await import('../remote/zones.ts')).showZone));
}

function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'name of the schedule; default: the name of the definition')
    .option('--zone <zone>', 'time zone of the cron expression')
    .option('--parameters <json>', 'parameters of the tasks: a JSON object, @FILE, or - for standard input')
    .addOption(
      choiceOption(
        '--overlap <policy>',
        'what a due time does while an earlier task has not ended; default: Allow',
        OVERLAPS,
      ),
    )
    .addOption(
      choiceOption(
        '--missed <policy>',
        'what happens with due times missed while no server was running; default: Skip',
        MISSED_RUNS,
      ),
    )
    .option('--missed-limit <number>', 'maximum number of missed runs that are started', readCount)
    .option('--priority <number>', 'priority of the tasks', readInteger);
}
