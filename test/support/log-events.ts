import { parseAst } from 'vitest/node';
import { sourceFiles } from './sql-texts.ts';

/** A call that writes a line to the server's log. */
export interface LogCall {
  /** The file and the line of the call. */
  readonly place: string;
  /** `any` if the line has the level that a handler chose. */
  readonly level: string;
  /** `undefined` if the call has no literal event. */
  readonly event: string | undefined;
  /** `undefined` if the message is no literal. */
  readonly message: string | undefined;
}

const LEVELS = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** Loggers of a task: their lines reach the server's log by the calls with the event `task.log`. */
const TASK_LOGS = /(^|\.)(#?ctx\.log|taskLog|logOfTask\(\))$/;

/** Forwards the lines of its callers, which are found themselves. */
const PASSED_ON = 'this.log.debug(fields, message)';

/** Properties of a syntax tree node that the search reads. */
interface Node {
  readonly type?: string;
  readonly start: number;
  readonly end: number;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node & { readonly name?: string };
  readonly computed?: boolean;
  readonly arguments?: readonly Node[];
  readonly properties?: readonly (Node & {
    readonly key?: { readonly name?: string };
    readonly value?: Node;
  })[];
  readonly value?: unknown;
}

let found: readonly LogCall[] | undefined;

/** Every call in `src` that writes a line to the server's log. */
export function logCalls(): readonly LogCall[] {
  found ??= sourceFiles().flatMap(({ file, source }) => logCallsOf(file, source));
  return found;
}

/** The same of one file. */
export function logCallsOf(file: string, source: string): LogCall[] {
  const calls: LogCall[] = [];
  const textOf = ({ start, end }: Node): string => source.slice(start, end);
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    const level = levelOf(node, textOf);
    if (level !== undefined) {
      const [fields, message] = node.arguments ?? [];
      calls.push({
        place: `${file}:${source.slice(0, node.start).split('\n').length}`,
        level,
        event: literal(fields?.properties?.find(({ key }) => key?.name === 'event')?.value),
        message: literal(message) ?? (level === 'any' ? '' : undefined),
      });
    }
    Object.values(value).forEach(walk);
  };
  walk(parseAst(source, { lang: 'ts' }));
  return calls;
}

/** The level of a call that logs; `undefined` if it is another call, or the log of a task. */
function levelOf(node: Node, textOf: (node: Node) => string): string | undefined {
  const { object, property, computed } = node.callee ?? {};
  if (node.type !== 'CallExpression' || object === undefined || property === undefined) return undefined;
  const receiver = textOf(object).replaceAll('?', '');
  if (receiver === 'console' || TASK_LOGS.test(receiver) || textOf(node) === PASSED_ON) return undefined;
  if (computed === true) return /log(ger)?$/i.test(receiver) ? 'any' : undefined;
  return LEVELS.has(property.name ?? '') ? property.name : undefined;
}

function literal(node: Node | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}
