import { expect, test } from 'vitest';
import { csvImport } from '../../../src/builtin/csv-import.ts';
import { parameterCheck } from '../../../src/queue/schemas/validator.ts';
import { identifierOf, inUtf8, proposeFrom, proposeImport } from './csv-proposal.ts';

test('recognises delimiter, names and types', () => {
  const text = [
    'Kunden-Nr;PLZ;Umsatz;Seit;Aktiv;Geändert;Notiz',
    '1;01234;12.50;2024-01-31;yes;2026-11-29T18:00:00Z;"a; b"',
    '-20;98765;3;2025-12-01;no;2026-11-29 18:00;',
  ].join('\r\n');
  expect(proposeFrom(text, false)).toMatchObject({
    delimiter: ';',
    rows: [{}, {}],
    columns: [
      { name: 'kunden_nr', source: 'Kunden-Nr', type: 'integer' },
      { name: 'plz', source: 'PLZ', type: 'text' },
      { name: 'umsatz', source: 'Umsatz', type: 'number' },
      { name: 'seit', source: 'Seit', type: 'date' },
      { name: 'aktiv', source: 'Aktiv', type: 'boolean' },
      { name: 'geaendert', source: 'Geändert', type: 'timestamp' },
      { name: 'notiz', source: 'Notiz', type: 'text' },
    ],
  });
});

test('the last record of a part is left out, and so are columns without a name or with a repeated one', () => {
  const { rows, columns } = proposeFrom('a,,a,A b,a_b\n1,2,3,4,5\n6,7,8,x', true);
  expect(rows).toEqual([['1', '2', '3', '4', '5']]);
  expect(columns).toEqual([
    { name: 'a', type: 'integer' },
    { name: 'a_b', source: 'A b', type: 'integer' },
    { name: 'a_b_2', source: 'a_b', type: 'integer' },
  ]);
});

test.each([
  ['Straße Nr.', 'strasse_nr'],
  ['2026 total', 'c_2026_total'],
  ['Crème brûlée', 'creme_brulee'],
  ['日本', 'c_'],
])('%s becomes %s', (text, name) => {
  expect(identifierOf(text)).toBe(name);
});

test.each([
  ['UTF-8', Buffer.from('name\nMüller\n')],
  ['UTF-8', Buffer.from('\uFEFFname\nMüller\n')],
  ['Windows-1252', Buffer.from('name\nMüller\n', 'latin1')],
  ['UTF-16', Buffer.from('\uFEFFname\nMüller\n', 'utf16le')],
])('%s is recognised and converted', async (encoding, bytes) => {
  const file = new File([new Uint8Array(bytes)], 'My people.csv');
  const proposal = await proposeImport(file);
  expect(proposal).toMatchObject({ encoding, table: 'my_people', header: ['name'], rows: [['Müller']] });
  expect((await (await inUtf8(file)).text()).replace(/^\uFEFF/, '')).toBe('name\nMüller\n');
});

test('the proposal is valid for csv-import', async () => {
  const { columns, delimiter, table } = await proposeImport(new File(['Größe,x\n1,2\n'], '2026.csv'));
  const check = parameterCheck('csv-import', csvImport.parameters);
  expect(() => check({ file: 'upload:1', table, columns, delimiter })).not.toThrow();
});
