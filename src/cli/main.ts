#!/usr/bin/env node
import { runCli } from './run-cli.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Batchline requires Node.js 22.18 or later; this is ${process.version}. In a checkout, npm start uses the bundled version.`,
  );
  process.exit(1);
}
// Ignore closed pipes: `batchline … | head` must not fail, and a server must survive the reader of its output.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// Files that handlers create are readable only by the user, like those of a PostgreSQL server.
process.umask(0o077);
const code = await runCli(process.argv.slice(2));
// Flush the output, then exit explicitly: an abandoned run could keep the process alive forever.
process.stderr.write('', () => process.stdout.write('', () => process.exit(code)));
