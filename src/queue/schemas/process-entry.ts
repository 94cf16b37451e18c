import { Worker } from 'node:worker_threads';
import { RequestError } from '../../core/errors.ts';
import type { Parameters } from '../../core/task.ts';
import type { SchemaAnswer, SchemaWork } from './processes.ts';
import { type ParameterCheck, parameterCheck } from './validator.ts';

/** Maximum number of cached compiled schemas. */
const MAX_KEPT = 100;

const checks = new Map<string, ParameterCheck>();

/** Compiles schemas and checks parameters, for `SchemaProcesses`. */
process.on('message', (work: SchemaWork) => process.send?.(answer(work)));
process.send?.('ready');

// Exits when the server dies, even during an endless check: only another thread can run then.
const watch = `const { ppid } = process;
setInterval(() => process.ppid === ppid || process.kill(process.pid, 'SIGKILL'), 1000);`;
new Worker(watch, { eval: true }).unref();

function answer({ definition, schema, parameters }: SchemaWork): SchemaAnswer {
  let check: ParameterCheck;
  try {
    check = checkOf(definition, schema);
  } catch (error) {
    return { kind: 'no schema', reason: (error as Error).message };
  }
  if (parameters === undefined) return { kind: 'compiled' };
  try {
    const read = check(JSON.parse(parameters) as Parameters | null);
    return { kind: 'read', parameters: JSON.stringify(read) };
  } catch (error) {
    if (error instanceof RequestError) {
      const { template, values } = error.text;
      return { kind: 'refused', problem: { template, values } };
    }
    return { kind: 'no schema', reason: (error as Error).message };
  }
}

function checkOf(definition: string, schema: string): ParameterCheck {
  const key = `${definition} ${schema}`;
  const known = checks.get(key);
  if (known !== undefined) return known;
  const check = parameterCheck(definition, JSON.parse(schema) as object);
  if (checks.size >= MAX_KEPT) checks.clear();
  checks.set(key, check);
  return check;
}
