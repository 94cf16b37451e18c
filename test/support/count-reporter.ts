import type { Reporter, TestModule } from 'vitest/node';

/** Number of slowest files to print. */
const SLOWEST = 20;

/** Prints the slowest files, and the counts in the format that CI reads: `N passed, N failed, N skipped`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'skipped' : state] += 1;
      }
      // A module that can't be loaded has no tests to count.
      if (module.errors().length > 0) counts.failed += 1;
    }
    counts.failed += unhandled.length;
    if (modules.length > SLOWEST)
      process.stdout.write(`\nThe slowest files:\n${slowest(modules).join('\n')}\n`);
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}

/** The files that took longest, with their seconds, the slowest first. */
function slowest(modules: readonly TestModule[]): string[] {
  return modules
    .map((module) => ({ file: module.relativeModuleId, seconds: module.diagnostic().duration / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`);
}
