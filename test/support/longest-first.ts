import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders and files whose tests take longest: they kill and start many processes. */
const LONG =
  /\/test\/(?:faults\/|browser\/|integration\/(?:docs|release|run-faults|run-transactions|fan-out)\/|.*\/(?:rest-batch-task|small-heap|command-line-local|races|tenants)\.test\.ts$)/;

/** Starts long files first, so that no worker runs one alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): number => Number(LONG.test(moduleId));
    return sorted.toSorted((a, b) => isLong(b) - isLong(a));
  }
}
