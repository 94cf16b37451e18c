import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperatorError } from '../../core/errors.ts';
import { message, revived } from '../../core/message.ts';
import { findTimeZone, UTC } from '../../core/time-zone.ts';
import { loadCatalogues, readCatalogue } from './catalogs.ts';
import { Culture } from './culture.ts';
import { textsIn } from './locale.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchline-catalogues-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a catalogue of the user extends and overrides the shipped ones', async () => {
  const own = {
    messages: { 'Claimed.': 'Tatt.', '{0} of {1} rows': '{1} rader, {0} ferdige' },
    resources: { SR_OURS: 'Vår', sr_batch_state_new: 'Fersk' },
  };
  await writeFile(join(folder, 'no.json'), `\uFEFF${JSON.stringify(own)}`);
  await writeFile(join(folder, 'fi.json'), JSON.stringify({ resources: { SR_OURS: 'Meidän' } }));
  await writeFile(join(folder, 'README.md'), 'not a catalogue');
  const catalogues = await loadCatalogues(folder);
  const norwegian = textsIn(['nb', 'en'], catalogues, undefined);
  expect(norwegian.message(message`Claimed.`)).toBe('Tatt.');
  expect(norwegian.message(message`${3} of ${message`Claimed.`} rows`)).toBe('Tatt. rader, 3 ferdige');
  expect(norwegian.message(message`The run failed.`)).toBe('Kjøringen mislyktes.');
  expect(norwegian.text('[SR_OURS] [SR_BATCH_STATE_NEW] [SR_NOBODYS]')).toBe('Vår Fersk [SR_NOBODYS]');
  expect(textsIn(['fi', 'en'], catalogues, undefined).text('[SR_OURS], [SR_BATCH_STATE_NEW]')).toBe(
    'Meidän, New',
  );
  // Neither French nor English has it, so any other language is used.
  expect(textsIn(['fr', 'en'], catalogues, undefined).text('[SR_OURS]')).toBe('Vår');
  expect(textsIn(undefined, catalogues, undefined).text('[SR_OURS] US:"x"')).toBe('[SR_OURS] US:"x"');
});

test('a stored message is translated, a plain text is unchanged', async () => {
  const german = textsIn(['de', 'en'], await loadCatalogues(undefined), undefined);
  expect(german.text('Counted 3 seconds.', message`Counted ${3} seconds.`)).toBe('3 Sekunden gezählt.');
  expect(german.text('Counted 3 seconds.', null)).toBe('Counted 3 seconds.');
  expect(german.text('NO:"Nei [SR_BATCH_STATE_NEW]";GE:"Ja [SR_BATCH_STATE_NEW]"')).toBe('Ja Neu');
  expect(german.message(message`no catalogue has ${1} of these`)).toBe('no catalogue has 1 of these');
});

test('a message that an earlier release stored is translated, and the page does not receive it', async () => {
  const catalogues = await loadCatalogues(undefined);
  const stored = revived({ template: 'Restarted from its start by {0}.', values: ['anna'] });
  expect(textsIn(['de', 'en'], catalogues, undefined).message(stored)).toBe(
    'Von anna von Anfang an neu gestartet.',
  );
  expect(catalogues.all(['de', 'en']).Messages).not.toHaveProperty(['Restarted from its start by {0}.']);
});

test('numbers and times in a message are formatted by the culture', async () => {
  const culture = new Culture('nb-no', findTimeZone('Europe/Oslo') ?? UTC);
  const texts = textsIn(['nb', 'en'], await loadCatalogues(undefined), culture);
  const stopped = message`Stopped by ${'anna'} (associate ${12345}) at ${new Date('2018-12-24T06:34:45Z')}.`;
  expect(texts.message(stopped)).toBe('Stoppet av anna (medarbeider 12345) 24.12.2018, 07:34:45.');
  expect(texts.message(message`${1.5} of ${2.25} seconds`)).toBe('1,5 av 2,25 sekunder');
  expect(String(stopped)).toBe('Stopped by anna (associate 12345) at 2018-12-24T06:34:45.000Z.');
  expect(String(revived(JSON.parse(JSON.stringify(stopped))))).toBe(String(stopped));
});

describe('an invalid catalogue is reported with its position', () => {
  test.each([
    ['{\n  "messages": {\n    "a": "b"\n    "c": "d"\n  }\n}', /^4:5: it is not JSON/],
    ['', /^1:1: it is not JSON/],
    ['[]', /^1:1: it is not a catalogue/],
    ['{"message":{}}', /^1:2: "message" is not a section of a catalogue/],
    ['{"messages":[]}', /^1:13: messages is not an object/],
    ['{"messages":{\n"a":5}}', /^2:5: "a" has no text/],
    ['{"messages":{"{0} a":"{1}"}}', /^1:22: the translation has \{1\}, which its template does not have/],
    ['{"resources":{"OURS":"x"}}', /^1:15: "OURS" is not the name of a resource/],
    ['{"messages":{} /* no */}', /^1:16: it is not JSON/],
  ])('%j', (text, problem) => {
    const read = readCatalogue(text);
    expect('problem' in read ? read.problem : '').toMatch(problem);
  });

  test('any text is parsed or rejected', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = readCatalogue(text);
        if ('problem' in read) expect(read.problem).toMatch(/^\d+:\d+: /);
      }),
    );
  });

  test('every invalid file of a folder is reported', async () => {
    await writeFile(join(folder, 'sv.json'), '{');
    await writeFile(join(folder, 'swedish-texts.json'), '{}');
    const error = await loadCatalogues(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID' });
    expect((error as OperatorError).problems).toEqual([
      expect.stringMatching(/^BATCHLINE_CATALOGUES: .*sv\.json:1:2: it is not JSON/),
      expect.stringMatching(/^BATCHLINE_CATALOGUES: .*swedish-texts\.json: the name is not a language/),
    ]);
  });
});
