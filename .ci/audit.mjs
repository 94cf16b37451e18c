#!/usr/bin/env node
// Fails if a runtime dependency has a known vulnerability of level high or critical. If the registry is unreachable, it only
// prints a warning, so that CI doesn't depend on the registry.
import { spawnSync } from 'node:child_process';

const FAILING = ['high', 'critical'];

const { stdout, stderr, error } = spawnSync(
  'npm',
  ['audit', '--omit=dev', '--json', '--fetch-retries=1', '--fetch-timeout=20000'],
  {
    encoding: 'utf8',
    timeout: 60_000,
    shell: process.platform === 'win32',
  },
);
const report = readReport(stdout);
if (report?.vulnerabilities === undefined) {
  const why = error?.message ?? report?.message ?? report?.error?.summary ?? stderr;
  say(`Dependency audit: NOT DONE, the registry could not be asked (${String(why).trim().split('\n')[0]}).`);
} else {
  const found = Object.values(report.vulnerabilities);
  for (const { name, severity, range } of found) say(`Dependency audit: ${name} ${range}: ${severity}`);
  const failing = found.filter(({ severity }) => FAILING.includes(severity));
  say(`Dependency audit: ${found.length} known vulnerabilities, ${failing.length} of them high or critical.`);
  if (failing.length > 0) process.exitCode = 1;
}

function readReport(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
