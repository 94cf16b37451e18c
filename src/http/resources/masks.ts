import { TableRight } from '../../core/permissions.ts';

const TABLE_BITS = [
  ['Select', 1],
  ['Update', 2],
  ['Insert', 4],
  ['Delete', 8],
] as const;

const FIELD_BITS = [
  ['Nullable', 32],
  ['UIHintMandatory', 64],
  ['UIHintReadOnly', 128],
] as const;

/** `TableRight.Mask` as text: `FULL`, `None`, or a list such as `Select, Update` (contract, section 7). */
export function tableRightMask(bits: number): string {
  return bits === TableRight.FULL ? 'FULL' : listed(bits, TABLE_BITS, 'None');
}

/** `FieldRight.Mask` as text: `None`, `Read`, `Write`, `Update`, with hints after it (contract, section 7). */
export function fieldRightMask(bits: number): string {
  const access = ['None', 'Read', 'Write', 'Update'][bits & 3] ?? 'None';
  const hints = listed(bits, FIELD_BITS, '');
  if (hints === '') return access;
  return access === 'None' ? hints : `${access}, ${hints}`;
}

function listed(bits: number, names: readonly (readonly [string, number])[], nothing: string): string {
  const given = names.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return given.length === 0 ? nothing : given.join(', ');
}
