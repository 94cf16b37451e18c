import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './output.ts';

/** The implementation of a command. */
type Action = (...args: never[]) => Promise<ExitCode>;

/** The help of a command. */
export interface About {
  readonly description: string;
  /** Command lines without the name of the program, at least one. */
  readonly examples: readonly string[];
}

/** The place of a command: it calls a server, opens the configured database, or does either. */
type Place = 'server' | 'database' | 'either' | 'none';

interface Declared extends About {
  readonly place: Place;
}

const declared = new WeakMap<Command, Declared>();

/** Returns the examples of a command. */
export function examplesOf(command: Command): readonly string[] {
  return declared.get(command)?.examples ?? [];
}

/** Declares a command that calls a server. */
export function remote(parent: Command, name: string, about: About): Command {
  return declare(parent, name, about, 'server');
}

/** Declares a command that opens the configured database. */
export function local(parent: Command, name: string, about: About): Command {
  return declare(parent, name, about, 'database');
}

/** Declares a command that opens the configured database, or calls a server if one is chosen. */
export function either(parent: Command, name: string, about: About): Command {
  return declare(parent, name, about, 'either');
}

/** Declares a command without options for a server or a database. */
export function plain(parent: Command, name: string, about: About): Command {
  return declare(parent, name, about, 'none');
}

function declare(parent: Command, name: string, about: About, place: Place): Command {
  const command = parent.command(name).description(about.description);
  declared.set(command, { ...about, place });
  return command;
}

/** Declares a group of commands about one noun. */
export function group(
  program: Command,
  name: string,
  aliases: readonly string[],
  description: string,
): Command {
  return program
    .command(name)
    .aliases([...aliases])
    .description(description);
}

/** Adds the options that many commands share, after their own, and the examples to the help. */
export function addSharedOptions(program: Command): void {
  for (const command of everyCommand(program)) {
    const about = declared.get(command);
    if (about === undefined) continue;
    if (about.place !== 'none') command.option('--json', 'print JSON');
    if (about.place === 'server' || about.place === 'either') {
      command
        .optionsGroup('Server:')
        .option(
          '--url <address>',
          'address of the server; default: BATCHLINE_URL, batchline login, or this machine',
        )
        .option('--token <token>', 'bearer token; default: BATCHLINE_TOKEN, or batchline login')
        .option(
          '--login <login>',
          'sign in with login:password, or with a login and prompt for the password',
        );
    }
    if (about.place === 'either')
      command.option('--local', 'open the database of the settings, also after batchline login');
    const title = about.examples.length === 1 ? 'Example:' : 'Examples:';
    const lines = about.examples.map((example) => `  $ batchline ${example}`);
    command.addHelpText('after', `\n${title}\n${lines.join('\n')}`);
  }
}

/** Returns a command and all commands below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** Loads the action of a command when it runs. */
export type Runs = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>;

/** Returns the function that makes an action of a command; `ended` gets the exit code. */
export function runsWith(ended: (code: ExitCode) => void): Runs {
  return (load) =>
    async (...args) => {
      const action = (await load()) as (...given: unknown[]) => Promise<ExitCode>;
      // Commander's last argument is the command itself.
      ended(await action(...args.slice(0, -1)));
    };
}

/** An argument that is an id. Its name is the kind of object that completion lists. */
export function idArgument(kind: string): Argument {
  return new Argument(`<${kind}>`, `id of the ${kind}`).argParser(readId);
}

function readId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('An id is a whole number.');
}

/** Arguments that are ids. */
export function idsArgument(kind: string): Argument {
  return new Argument(`<${kind}...>`, `ids of the ${kind}s`).argParser(
    (text, before: number[] | undefined) => [...(before ?? []), readId(text)] as never,
  );
}

/** Parses a whole number from 1. */
export function readCount(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 is accepted.');
}

/** Parses a whole number. */
export function readInteger(text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number is accepted.');
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Parses a duration, such as `90`, `90s`, `5m`, `2h` or `1d`, as seconds. */
export function readDuration(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])?$/.exec(text) ?? [];
  if (amount === undefined)
    throw new InvalidArgumentError(
      'Seconds, or a number with s, m, h or d are accepted, such as 90, 5m or 2h.',
    );
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** Parses `true` or `false`. */
export function readFlag(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('true or false is accepted.');
}

/** Collects the values of a repeatable option. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A repeatable option that accepts only these choices, in any casing. */
export function choicesOption(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, `${description} (repeatable)`)
    .choices(choices)
    .argParser(((value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      choiceOf(value, choices),
    ]) as never);
}

/** An option that accepts one of these choices, in any casing. */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description)
    .choices(choices)
    .argParser(((value: string) => choiceOf(value, choices)) as never);
}

function choiceOf(value: string, choices: readonly string[]): string {
  const found = choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
  return found;
}
