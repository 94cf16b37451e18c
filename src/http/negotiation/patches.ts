/** A body in `application/json-patch+json` (RFC 6902), as parsed. */
export class JsonPatch {
  readonly operations: unknown;

  constructor(operations: unknown) {
    this.operations = operations;
  }
}

/** A body in `application/merge-patch+json` (RFC 7396), as parsed. */
export class MergePatch {
  readonly patch: unknown;

  constructor(patch: unknown) {
    this.patch = patch;
  }
}
