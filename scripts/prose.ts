import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import list from './banned-idioms.json' with { type: 'json' };
import { createChecker } from './prose/check.ts';

/**
 * Looks for banned idioms in comments, messages and documents. Fails if there are any in the folders listed as `clean`,
 * and counts those in other folders. `--all` prints them too; further arguments limit the check to files that start so.
 */
const args = process.argv.slice(2);
const showsAll = args.includes('--all');
const prefixes = args.filter((arg) => !arg.startsWith('--'));
const isUnder = (path: string, folders: readonly string[]) =>
  folders.some((folder) => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`));

const check = createChecker(list.idioms);
const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  .split('\0')
  .filter((path) => path && (prefixes.length === 0 || isUnder(path, prefixes)));

let failures = 0;
const elsewhere = new Map<string, number>();
for (const path of files) {
  const isClean = isUnder(path, list.clean);
  for (const { line, phrase, use } of check(path, readFileSync(path, 'utf8'))) {
    if (isClean || showsAll || prefixes.length > 0) console.log(`${path}:${line}: "${phrase}" → ${use}`);
    if (isClean) failures += 1;
    else elsewhere.set(path.split('/')[0] ?? path, (elsewhere.get(path.split('/')[0] ?? path) ?? 0) + 1);
  }
}

if (failures > 0) {
  console.error(`${failures} banned idioms in clean folders (scripts/banned-idioms.json)`);
  process.exitCode = 1;
}
if (elsewhere.size > 0 && showsAll) {
  const counts = [...elsewhere].map(([folder, count]) => `${folder} ${count}`);
  console.log(`Not clean yet: ${counts.join(', ')}`);
}
