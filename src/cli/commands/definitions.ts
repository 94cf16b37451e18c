import type { Command } from 'commander';
import { collect, group, type Runs, readCount, remote } from '../declare.ts';

/** Declares the commands about definitions and workers. */
export function addDefinitionCommands(program: Command, runs: Runs): void {
  const definitions = () => import('../remote/definitions.ts');
  const definition = group(
    program,
    'definition',
    ['definitions'],
    'task definitions: pause, limits, retention',
  );
  remote(definition, 'list', { description: 'list all definitions', examples: ['definition list'] }).action(
    runs(async () => (await definitions()).listDefinitions),
  );
  remote(definition, 'show', {
    description: 'show a definition and its parameters',
    examples: ['definition show csv-import'],
  })
    .argument('<definition>')
    .action(runs(async () => (await definitions()).showDefinition));
  for (const [name, paused, description] of [
    ['pause', true, 'pause a definition; its tasks stay in the queue'],
    ['resume', false, 'resume a definition'],
  ] as const)
    remote(definition, name, { description, examples: [`definition ${name} csv-import`] })
      .argument('<definition>')
      .action(
        runs(async () => {
          const { pauseDefinition } = await definitions();
          return (one: string, options: object) => pauseDefinition(one, paused, options);
        }),
      );
  remote(definition, 'limits', {
    description:
      'limit the concurrent runs and the rate of a definition; limits that are not given are removed',
    examples: [
      'definition limits csv-import --concurrent 4 --per-tenant 1',
      'definition limits mail --rate 100/1m',
      'definition limits mail --reset',
    ],
  })
    .argument('<definition>')
    .option('--concurrent <number>', 'maximum number of concurrent runs', readCount)
    .option('--per-tenant <number>', 'maximum number of concurrent runs per tenant', readCount)
    .option('--rate <runs/duration>', 'maximum number of runs that start per period, such as 100/1m')
    .option('--reset', "reset them to the definition's own limits")
    .action(runs(async () => (await definitions()).limitDefinition));
  remote(definition, 'retention', {
    description: 'show or set how long tasks of a definition are kept after they end',
    examples: [
      'definition retention csv-import',
      'definition retention csv-import --set Succeeded=7d --set Failed=never',
      'definition retention csv-import --reset',
    ],
  })
    .argument('<definition>')
    .option('--set <state=period>', 'the period of a state: 30d, 12h or never (repeatable)', collect)
    .option('--reset', 'reset it to the definition and the settings')
    .action(runs(async () => (await definitions()).retainDefinition));
  remote(definition, 'statistics', {
    description: 'show queue, waiting and running times, and failures of a definition',
    examples: ['definition statistics csv-import --minutes 1440'],
  })
    .argument('<definition>')
    .option('--minutes <number>', 'length of the period; default: 60', readCount)
    .action(runs(async () => (await definitions()).showDefinitionStatistics));
  remote(definition, 'history', {
    description: 'list who paused, resumed or limited a definition',
    examples: ['definition history csv-import'],
  })
    .argument('<definition>')
    .action(runs(async () => (await definitions()).showDefinitionHistory));
  remote(definition, 'remove', {
    description: 'remove a definition that remote workers declared',
    examples: ['definition remove shout'],
  })
    .argument('<definition>')
    .action(runs(async () => (await definitions()).removeDefinition));

  const worker = group(program, 'worker', ['workers'], 'live servers and workers');
  remote(worker, 'list', {
    description: 'list the live servers and workers, and what they run',
    examples: ['worker list', 'worker list --name csv-import'],
  })
    .option('-n, --name <definition>', 'only workers that run this definition')
    .option('--all-cells', 'those of all cells, from any of them')
    .action(runs(async () => (await import('../remote/workers.ts')).listWorkers));
}
