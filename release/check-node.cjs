// Runs with each `npm ci` and `npm install` of the checkout. If the Node.js of the machine is too old, it says which one
// is needed. npm's own EBADENGINE warnings would repeat that for each dependency, so .npmrc turns them off.
//
// npm puts the Node.js that the checkout installs first in PATH: `process.version` is that one, and the machine's is in
// npm's user agent. CommonJS, so that any Node.js can run it.

const NEEDED = '22.18';

/** Returns true if this version is older than NEEDED. */
function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = NEEDED.split('.').map(Number);
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}

const own = process.versions.node;
const [, machine = own] = /node\/v(\S+)/.exec(process.env.npm_config_user_agent || '') || [];
const needs = `Batchline needs Node.js ${NEEDED} or newer; this machine has ${machine}.`;
if (isTooOld(own)) {
  process.stderr.write(
    `${needs} npm installed none for ${process.platform}-${process.arch}: install Node.js yourself.\n`,
  );
  process.exitCode = 1;
} else if (isTooOld(machine)) {
  process.stdout.write(`${needs} This checkout installs and uses its own Node.js ${own}.\n`);
}
