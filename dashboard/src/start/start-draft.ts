import type { ParameterSchema } from '../api/carriers.ts';
import type { ParametersDraft } from './parameter-form.tsx';
import { controlOf, type Draft, type GroupDraft } from './parameter-values.ts';

/** The contents of a start form. */
export interface StartDraft extends ParametersDraft {
  readonly description: string;
  /** The local time to start at; empty for now. */
  readonly at: string;
}

const keyOf = (name: string): string => `batchline.draft.${name}`;

/** Reads the draft that this tab has kept for a form. @param name names the form */
export function readDraft(name: string): StartDraft | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(keyOf(name)) ?? 'null') as StartDraft | null) ?? undefined;
  } catch {
    return undefined; // Nothing is kept, or storage is disabled.
  }
}

/** Keeps a draft until the tab is closed, without passwords; `undefined` discards it. */
export function keepDraft(name: string, schema: ParameterSchema, draft: StartDraft | undefined): void {
  try {
    if (draft === undefined) sessionStorage.removeItem(keyOf(name));
    else {
      const parameters = withoutPasswords(schema, draft.parameters) as GroupDraft;
      // JSON that may have a password is not kept; the form is then shown with its last values.
      const json = hasPassword(schema) ? undefined : draft.json;
      sessionStorage.setItem(keyOf(name), JSON.stringify({ ...draft, parameters, json }));
    }
  } catch {
    // Without storage, the draft lasts until the page is left.
  }
}

const hasPassword = (schema: ParameterSchema): boolean =>
  JSON.stringify(schema).includes('"format":"password"');

function withoutPasswords(schema: ParameterSchema, draft: Draft): Draft {
  if (typeof draft === 'string') return controlOf(schema) === 'password' ? '' : draft;
  if (Array.isArray(draft)) return draft.map((item: Draft) => withoutPasswords(schema.items ?? {}, item));
  return Object.fromEntries(
    Object.entries(draft).map(([name, each]) => [
      name,
      withoutPasswords(schema.properties?.[name] ?? {}, each),
    ]),
  );
}
