import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Scripts of package.json. Each leaves a core idle most of the time, so they run side by side. */
const CHECKS = ['lint', 'types'];

/** Runs a script, then prints what it wrote. @returns whether it passed */
async function passes(name: string): Promise<boolean> {
  const child = spawn(process.execPath, ['--run', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  process.stdout.write(`${name}: ${child.exitCode === 0 ? 'passed' : 'failed'}\n${stdout}`);
  process.stderr.write(stderr);
  return child.exitCode === 0;
}

const passed = await Promise.all(CHECKS.map(passes));
process.exitCode = passed.every(Boolean) ? 0 : 1;
