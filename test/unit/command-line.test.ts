import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { COMPLETION_SCRIPTS, type ListNames, listCompletions, SHELLS } from '../../src/cli/completion.ts';
import { everyCommand, examplesOf } from '../../src/cli/declare.ts';
import { createProgram } from '../../src/cli/program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const program = createProgram(() => undefined);

/** Commands that do something, by what is typed. */
const COMMANDS = everyCommand(program)
  .filter((command) => command.commands.length === 0)
  .map((command): [string, Command] => [nameOf(command), command]);

function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
}

describe('help', () => {
  test.each(COMMANDS)('%s describes its arguments, and has examples that it accepts', (name, command) => {
    expect(command.description()).toMatch(/^[a-z].*[^.]$/);
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
    const examples = examplesOf(command);
    expect(examples).not.toEqual([]);
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    for (const example of examples) {
      expect(help).toContain(`  $ batchline ${example}\n`);
      const words = wordsOf(example);
      expect(words.slice(0, name.split(' ').length).join(' ')).toBe(name);
      const { operands, unknown } = command.parseOptions(words.slice(name.split(' ').length));
      expect(unknown, example).toEqual([]);
      const required = command.registeredArguments.filter((argument) => argument.required).length;
      expect(operands.length, example).toBeGreaterThanOrEqual(required);
      if (command.registeredArguments.every((argument) => !argument.variadic))
        expect(operands.length, example).toBeLessThanOrEqual(command.registeredArguments.length);
    }
  });
});

/** The words of an example, as a shell passes them to the program. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ [<|>] /);
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) =>
    String(double ?? single ?? plain),
  );
}

/** Calls that need no command, with the reason. A pattern ends with `*`. The other routes are pages. */
const WITHOUT_COMMAND: Readonly<Record<string, string>> = {
  'GET /openapi.json': 'for generators of clients',
  'GET /api/v1': 'for generators of clients',
  'GET /api/v1/Texts': 'the texts of the dashboard',
  'GET /api/state/:customer': 'for clients of hosted SuperOffice',
  'GET /health/*': 'probes; status has /health',
  'GET /metrics': 'for Prometheus',
  'POST /api/v1/SignIn/Password': 'the page of a password link',
  'GET /api/v1/Agents/*': "SuperOffice's form of other calls",
  'POST /api/v1/Agents/*': "SuperOffice's form of other calls",
  'GET /api/v1/Archive*': 'GET /BatchTask is the same list',
  'POST /api/v1/Archive*': 'GET /BatchTask is the same list',
  'PUT /api/v1/BatchTask/:id': 'PATCH does the same',
  'DELETE /api/v1/BatchTask/:id': 'task delete takes several ids, all or none',
  'GET /api/v1/BatchTask/:id/Events': 'task watch follows one task',
  'GET /api/v1/TimeZone/base': 'a setting of the server',
  'POST /api/v1/Workers/Definitions': 'the protocol of workers',
  'POST /api/v1/Workers/Acquire': 'the protocol of workers',
  'DELETE /api/v1/Workers/Acquire': 'the protocol of workers',
  'GET /api/v1/Workers/Leases/*': 'the protocol of workers',
  'POST /api/v1/Workers/Leases/*': 'the protocol of workers',
  'PUT /api/v1/Workers/Leases/*': 'the protocol of workers',
};

describe('every call of the API', () => {
  // The generated page lists every route (test/integration/security/route-access.test.ts compares them).
  const page = readFileSync(resolve(ROOT, 'docs/reference/access.md'), 'utf8');
  const routes = [...page.matchAll(/^\| `([A-Z]+ \/(?:api|health|metrics|openapi)[^`]*)`/gm)].map(
    ([, route = '']) => route,
  );
  const sources = globSync('src/cli/**/*.ts', { cwd: ROOT }).map((file) =>
    readFileSync(resolve(ROOT, file), 'utf8'),
  );
  const called = new Set(
    sources
      .flatMap((source) => [...source.matchAll(/client\s*\.(GET|POST|PUT|PATCH|DELETE)\(\s*'([^']+)'/g)])
      .map(([, method, path = '']) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const reasonFor = (route: string): string | undefined =>
    Object.entries(WITHOUT_COMMAND).find(([pattern]) =>
      pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : route === pattern,
    )?.[1];

  test('has a command, or a reason to have none', () => {
    expect(routes.length).toBeGreaterThan(150);
    expect(routes.filter((route) => !called.has(route) && !reasonFor(route))).toEqual([]);
    expect([...called].filter((call) => !routes.includes(call))).toEqual([]);
  });

  test('the list of exceptions is up to date', () => {
    const isNeeded = (pattern: string): boolean =>
      routes.some(
        (route) =>
          !called.has(route) &&
          (pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : route === pattern),
      );
    expect(Object.keys(WITHOUT_COMMAND).filter((pattern) => !isNeeded(pattern))).toEqual([]);
  });
});

describe('completion', () => {
  const NAMES: Readonly<Record<string, string>> = { schedule: '3', definition: 'mail', 'name=value': 'to=' };
  const asked: [kind: string, operands: readonly string[]][] = [];
  const listNames: ListNames = async (kind, { operands }) => {
    asked.push([kind, operands]);
    const word = NAMES[kind];
    return word === undefined ? [] : [{ word, description: `a ${kind}` }];
  };
  const complete = async (line: string): Promise<string[]> =>
    (await listCompletions(program, line.split(' '), listNames)).map(({ word }) => word);

  test.each([
    ['ta', ['task']],
    ['task st', ['start', 'stop']],
    ['tasks list --st', ['--state']],
    ['task list --state Su', ['Succeeded', 'SucceededManualCleanup']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['schedule show ', ['3']],
    ['schedule edit 3 --definition ', ['mail']],
    ['task start ma', ['mail']],
    ['task start mail --watch -p ', ['to=']],
    ['task list --name ', ['mail']],
    ['backup ', [':files']],
    ['user add ', []],
  ])('%s', async (line, words) => {
    expect(await complete(line)).toEqual(words);
  });

  test('describes commands, options and names', async () => {
    const described = async (line: string) => (await listCompletions(program, line.split(' '), listNames))[0];
    expect(await described('task sto')).toMatchObject({ description: expect.stringMatching(/^stop a task/) });
    expect(await described('task start --wat')).toMatchObject({
      description: expect.stringMatching(/^follow/),
    });
    expect(await described('schedule pause ')).toEqual({ word: '3', description: 'a schedule' });
    await complete('task start mail -p ');
    expect(asked.at(-1)).toEqual(['name=value', ['mail']]);
  });

  test('every kind of name is used by a command', () => {
    const source = readFileSync(resolve(ROOT, 'src/cli/remote/names.ts'), 'utf8');
    const kinds = [...source.matchAll(/^ {2}'?([a-z=]+)'?: async \(\{ client/gm)].map(([, kind]) => kind);
    const placeholders = everyCommand(program).flatMap((command) => [
      ...command.registeredArguments.map((argument) => argument.name()),
      ...command.options.map(({ flags }) => /<([^>.]+)/.exec(flags)?.[1]),
    ]);
    expect(kinds.length).toBeGreaterThan(10);
    expect(kinds.filter((kind) => !placeholders.includes(kind))).toEqual([]);
  });

  test.each(SHELLS)('the script of %s asks for candidates, and completes paths only for files', (shell) => {
    expect(COMPLETION_SCRIPTS[shell]).toMatch(/batchline __(complete|describe)/);
    expect(COMPLETION_SCRIPTS[shell]).toContain(':files');
  });
});
