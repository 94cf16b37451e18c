#!/usr/bin/env node
import { runCli } from './run-cli.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Batchline needs Node.js 22.18 or newer; this is ${process.version}. In a checkout, npm start brings its own.`,
  );
  process.exit(1);
}
// `batchline … | head` closes the pipe: what no one reads is dropped, and a server goes on and stops as usual.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// What handlers write is private too, as in PostgreSQL's own server.
process.umask(0o077);
const code = await runCli(process.argv.slice(2));
// A run that was left behind may keep the process busy for good: it ends all the same, once what was printed is out.
process.stderr.write('', () => process.stdout.write('', () => process.exit(code)));
