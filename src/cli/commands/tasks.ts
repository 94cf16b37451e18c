import { Argument, type Command } from 'commander';
import { LISTED_STATES } from '../../core/odata/listed-state.ts';
import {
  choicesOption,
  collect,
  group,
  idArgument,
  idsArgument,
  type Runs,
  readCount,
  readDuration,
  readInteger,
  remote,
} from '../declare.ts';

/** Declares the commands about tasks, their events and the files that are uploaded for them. */
export function addTaskCommands(program: Command, runs: Runs): void {
  const task = group(program, 'task', ['tasks'], 'start, watch and control tasks');
  addStarts(task, runs);
  addReads(task, runs);
  addChanges(task, runs);
  remote(program, 'events', {
    description: 'print changes of state of the tasks that you can see',
    examples: ['events', 'events --after 0 --name csv-import --state Failed --json'],
  })
    .option('--after <id>', 'only events after this one; default: wait for new ones', readInteger)
    .option('-n, --name <definition>', 'only tasks of this definition (repeatable)', collect)
    .addOption(choicesOption('-s, --state <state>', 'only changes to this state', LISTED_STATES))
    .option('--mine', 'only your own tasks')
    .option('-f, --follow', 'continue with new events until Ctrl-C')
    .action(runs(async () => (await import('../remote/events.ts')).listEvents));
  addUploads(program, runs);
}

function addStarts(task: Command, runs: Runs): void {
  const tasks = () => import('../remote/tasks.ts');
  remote(task, 'start', {
    description: 'start a task and print its id',
    examples: [
      'task start countdown -p seconds=3 --watch',
      'task start csv-import --upload file=people.csv -p table=people -p columns=@columns.json',
      'task start countdown --at 2026-12-24T18:00',
    ],
  })
    .argument('<definition>', 'name of the definition')
    .option(
      '-p, --parameter <name=value>',
      'a parameter; @FILE reads the value from a file (repeatable)',
      collect,
    )
    .option('--parameters <json>', 'all parameters: a JSON object, @FILE, or - for standard input')
    .option('-u, --upload <name=file>', 'upload a file and pass it as a parameter (repeatable)', collect)
    .option('-d, --description <text>', 'description of the task')
    .option('--at <time>', 'start time, such as 2026-12-24T18:00')
    .option('--delay <duration>', 'delay before the task starts: seconds, or 5m, 2h, 1d', readDuration)
    .option('--priority <number>', 'tasks with a higher priority start first')
    .option('--key <key>', 'idempotency key: a repeated start within a day returns the first task')
    .option('-w, --watch', 'follow the task until it ends')
    .action(runs(async () => (await tasks()).startTask));
  remote(task, 'copy', {
    description: 'start a task with the parameters of another one and print its id',
    examples: ['task copy 7', 'task copy 7 -p times=5 --watch'],
  })
    .addArgument(idArgument('task'))
    .option(
      '-p, --parameter <name=value>',
      'replace a parameter; @FILE reads its value (repeatable)',
      collect,
    )
    .option('--at <time>', 'start time, such as 2026-12-24T18:00')
    .option('--delay <duration>', 'delay before the task starts: seconds, or 5m, 2h, 1d', readDuration)
    .option('--priority <number>', 'tasks with a higher priority start first')
    .option('-w, --watch', 'follow the new task until it ends')
    .action(runs(async () => (await tasks()).copyTask));
  remote(task, 'bulk-start', {
    description: 'start a task for each line of a file and print the ids',
    examples: ['task bulk-start tasks.jsonl --dry-run', 'task bulk-start tasks.jsonl --key import-4711'],
  })
    .argument('<file>', 'JSON Lines: a BatchTaskInfo on each line; - for standard input')
    .option('--at <time>', 'start time of tasks without their own')
    .option(
      '--delay <duration>',
      'delay before tasks without their own start: seconds, or 5m, 2h, 1d',
      readDuration,
    )
    .option('--priority <number>', 'priority of tasks without their own')
    .option('--key <key>', 'idempotency key: a repeated call within a day starts only what is missing')
    .option('--dry-run', 'only check the lines; exits with code 1 if any is invalid')
    .action(runs(async () => (await import('../remote/bulk-start.ts')).bulkStart));
}

function addReads(task: Command, runs: Runs): void {
  const reads = () => import('../remote/task-reads.ts');
  const watch = () => import('../remote/task-watch.ts');
  remote(task, 'list', {
    description: 'list the tasks that you can see, newest first',
    examples: [
      'task list --state failed --name csv-import',
      'task list --search "state:failed created:today C4711"',
      `task list --mine --top 10 --filter "startCount gt 1"`,
    ],
  })
    .addOption(
      choicesOption(
        '-s, --state <state>',
        'only tasks in this state; Failed excludes Stopped',
        LISTED_STATES,
      ),
    )
    .option('-n, --name <definition>', 'only tasks of this definition')
    .option('--mine', 'only your own tasks')
    .option('--filter <condition>', 'a $filter of the archive list, such as "startCount gt 1"')
    .option('--search <search>', 'texts and qualifiers, such as "state:failed created:today C4711"')
    .option('--top <number>', 'maximum number of tasks', '50')
    .option('--all-cells', 'those of all cells, from any of them')
    .action(runs(async () => (await import('../remote/task-list.ts')).listTasks));
  remote(task, 'show', {
    description: 'show a task: when it is due, why it waits, and its attempts with their errors',
    examples: ['task show 7'],
  })
    .addArgument(idArgument('task'))
    .action(runs(async () => (await reads()).showTask));
  remote(task, 'watch', {
    description: 'follow a task until it ends, with a progress bar on a terminal',
    examples: ['task watch 7'],
  })
    .addArgument(idArgument('task'))
    .action(runs(async () => (await watch()).watchTaskCommand));
  remote(task, 'logs', {
    description: 'print the log of a task',
    examples: ['task logs 7 --follow', 'task logs 7 --attempt 2'],
  })
    .alias('log')
    .addArgument(idArgument('task'))
    .option('-f, --follow', 'continue until the task ends')
    .option('--attempt <number>', 'only the lines of this attempt', readCount)
    .action(runs(async () => (await watch()).showLog));
  remote(task, 'history', {
    description: 'list the changes of state of a task with their reasons',
    examples: ['task history 7'],
  })
    .addArgument(idArgument('task'))
    .action(runs(async () => (await reads()).showHistory));
  remote(task, 'children', {
    description: 'list the tasks that a task started',
    examples: ['task children 7', 'task children 7 --state failed'],
  })
    .addArgument(idArgument('task'))
    .addOption(
      choicesOption(
        '-s, --state <state>',
        'only children in this state',
        LISTED_STATES.filter((one) => one !== 'Stopped'),
      ),
    )
    .action(runs(async () => (await reads()).listChildren));
  remote(task, 'parent', {
    description: 'show the task that started a task',
    examples: ['task parent 8'],
  })
    .addArgument(idArgument('task'))
    .action(runs(async () => (await reads()).showParent));
  remote(task, 'file', {
    description: 'download the result file of a task',
    examples: ['task file 7', 'task file 7 --output tasks.csv', 'task file 7 --output - | head'],
  })
    .addArgument(idArgument('task'))
    .option('-o, --output <file>', 'the file to create; - for standard output; default: its own name')
    .action(runs(async () => (await import('../remote/files.ts')).downloadFile));
}

function addChanges(task: Command, runs: Runs): void {
  const tasks = () => import('../remote/tasks.ts');
  remote(task, 'stop', {
    description: 'stop a task; exits with code 5 if it has already ended or cannot be stopped',
    examples: ['task stop 7'],
  })
    .addArgument(idArgument('task'))
    .action(runs(async () => (await tasks()).stopTask));
  remote(task, 'restart', {
    description: 'run a failed task again',
    examples: ['task restart 7', 'task restart 7 --from-start'],
  })
    .addArgument(idArgument('task'))
    .option('--from-start', 'discard the checkpoint of earlier runs')
    .action(runs(async () => (await tasks()).restartTask));
  remote(task, 'edit', {
    description: 'change the description, Request or Response of a task',
    examples: ['task edit 7 --description "import of Monday"'],
  })
    .addArgument(idArgument('task'))
    .option('-d, --description <text>', 'the new description')
    .option('--request <text>', 'the new Request')
    .option('--response <text>', 'the new Response')
    .action(runs(async () => (await tasks()).editTask));
  remote(task, 'delete', {
    description: 'delete tasks, all or none',
    examples: ['task delete 7 8 9'],
  })
    .addArgument(idsArgument('task'))
    .action(runs(async () => (await tasks()).deleteTasks));
  remote(task, 'bulk', {
    description: 'stop, restart, delete, prioritize or reschedule all tasks that match',
    examples: [
      'task bulk restart --search "state:failed definition:csv-import" --dry-run',
      `task bulk prioritize --priority 5 --filter "state eq 'New'"`,
      'task bulk reschedule --delay 2h --search definition:mail',
    ],
  })
    .addArgument(new Argument('<action>').choices(['stop', 'restart', 'delete', 'prioritize', 'reschedule']))
    .option('--filter <condition>', 'a $filter of the archive list, such as "state eq \'New\'"')
    .option('--search <search>', 'texts and qualifiers, such as "state:failed created:today C4711"')
    .option('--dry-run', 'only show how many tasks would be changed')
    .option('--priority <number>', 'prioritize: the new priority', readInteger)
    .option('--at <time>', 'reschedule: the new start time')
    .option(
      '--delay <duration>',
      'reschedule: time until the start: seconds, or 5m, 2h, 1d; 0 for now',
      readDuration,
    )
    .option('--from-start', 'restart: discard the checkpoints of earlier runs')
    .action(runs(async () => (await import('../remote/bulk.ts')).bulkTasks));
}

function addUploads(program: Command, runs: Runs): void {
  const files = () => import('../remote/files.ts');
  const upload = group(program, 'upload', ['uploads'], 'input files of tasks');
  remote(upload, 'add', {
    description: 'upload a file and print the value for parameters',
    examples: ['upload add people.csv'],
  })
    .argument('<file>')
    .option('--name <name>', 'name of the upload; default: that of the file')
    .action(runs(async () => (await files()).addUpload));
  remote(upload, 'list', { description: 'list your uploads', examples: ['upload list'] }).action(
    runs(async () => (await files()).listUploads),
  );
  remote(upload, 'remove', {
    description: 'remove an upload',
    examples: ['upload remove upload:6c1ff8d2-6a2e-4b7e-9a51-1a1f34c0a5e2'],
  })
    .argument('<upload>', 'the value that upload add prints')
    .action(runs(async () => (await files()).removeUpload));
}
