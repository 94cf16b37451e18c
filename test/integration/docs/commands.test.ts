import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ADMIN } from '../../support/associates.ts';
import {
  type Block,
  documentsWithCommands,
  expectedOutput,
  isCommands,
  readBlocks,
} from '../../support/documents.ts';
import { lacks } from '../../support/programs.ts';
import { makeCheckout, Terminals } from '../../support/terminals.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/** The blocks of commands that no test can run, by what they begin with, and why. Others are run, or fail this file. */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    'npm ci && npm start': 'installs; the tutorial runs npm start',
    'npm cit': 'is what runs this test',
  },
  'docs/tutorial.md': { 'npm ci': 'installs what runs this test' },
  'docs/how-to/back-up.md': {
    pg_dump: "needs PostgreSQL's programs, which the suite's PostgreSQL does not bring",
  },
  'docs/how-to/upgrade.md': { 'npm install --global': 'changes the machine, and needs a release' },
  'docs/command-line.md': { 'batchline backup': 'run by how-to/back-up.md' },
  'docs/install.md': {
    'npm ci': 'builds and installs; test/integration/release runs the package',
    'batchline serve': 'goes on; the tutorial runs a server',
    'cp deploy/systemd': 'needs systemd and root; test/unit/deploy checks the unit',
    'docker build': 'needs a Docker engine; test/unit/deploy checks the file',
    'export BATCHLINE_ADMIN': 'needs Docker Compose; test/unit/deploy checks the file',
    'helm install': 'needs a cluster; test/unit/deploy renders the chart',
  },
  'docs/observability.md': { 'npm install @opentelemetry': 'installs, and needs a collector' },
  'docs/scale-out.md': {
    'export DATABASE_URL': 'needs several machines and S3; test/faults runs such processes',
    DATABASE_URL: 'needs PgBouncer; test/faults runs one',
    BATCHLINE_SCHEMA: 'needs PostgreSQL; test/integration/nodes/schemas.test.ts has one',
    'export BATCHLINE_CONTROL_URL': 'needs databases for two cells; test/integration/cells has them',
    'batchline tenant move': 'needs two cells; test/integration/cells has them',
  },
  'docs/citus.md': { 'export DATABASE_URL': 'needs a Citus cluster' },
  'docs/move.md': {
    'batchline move': 'needs a PostgreSQL to move to; test/integration/move.test.ts has one',
  },
  'docs/sign-in.md': { BATCHLINE_OIDC_ISSUER: 'are settings' },
  'examples/mass-update/README.md': {
    '': 'run by test/integration/examples.test.ts, but for its start, which installs, and its last one, which needs a task that was stopped in time',
  },
};

/** Documents that are run in a folder of their own with servers of their own, one after the other. */
const FROM_NOTHING = ['docs/tutorial.md', 'docs/how-to/back-up.md', 'docs/how-to/upgrade.md'];

/** Prepares tasks and files for the commands of a document; returns replacements, such as ids. */
type Stage = (server: TestServer, folder: string) => Promise<Record<string, string>>;

const STAGES: Readonly<Record<string, Stage>> = {
  async 'docs/reference/formats.md'({ admin }) {
    const id = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '600' } });
    await admin.until(id, ({ State }) => State === 'Started');
    return {
      'BatchTask/1': `BatchTask/${id}`,
      '<Id>1<': `<Id>${id}<`,
      '<seconds>10<': '<seconds>600<',
    };
  },
  async 'docs/control.md'({ admin }) {
    const failed = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '1', failAt: '0' } });
    const columns = '[{"name":"id","type":"integer"}]';
    const csv = await admin.start({
      Name: 'csv-import',
      ParameterObject: { file: 'x.csv', table: 'x', columns },
    });
    for (const id of [failed, csv]) expect(await admin.ended(id)).toMatchObject({ State: 'Failed' });
    return { '/274': `/${failed}`, ':274': `:${csv}`, ':17': ':1' };
  },
  async 'docs/files.md'({ admin }, folder) {
    writeFileSync(join(folder, 'customers.csv'), 'id\n1\n');
    const id = await admin.start({ Name: 'table-export', ParameterObject: { format: 'csv' } });
    expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded' });
    return { 'BatchTask/1/': `BatchTask/${id}/` };
  },
};

/** The reason for not running a block; undefined if it is run. */
function exceptionOf(document: string, { text }: Block): string | undefined {
  return Object.entries(EXCEPTIONS[document] ?? {}).find(([start]) => text.startsWith(start))?.[1];
}

/** Follows documents in terminals, with the test's own address, login, token and tasks instead of those in the text. */
class Reader {
  readonly #terminals: Terminals;
  readonly #replaced: Record<string, string>;

  constructor(terminals: Terminals, replaced: Readonly<Record<string, string>> = {}) {
    this.#terminals = terminals;
    this.#replaced = { ...replaced };
  }

  /** Follows a document: creates its files, runs its commands, and compares their output. */
  async follow(document: string, folder: string): Promise<void> {
    for (const block of readBlocks(document)) {
      if (!isCommands(block)) {
        if (block.name !== '') writeFileSync(join(folder, block.name), block.text);
      } else if (exceptionOf(document, block) === undefined) {
        await this.#run(block, `${document}:${block.line}`);
      }
    }
  }

  async #run(block: Block, place: string): Promise<void> {
    const replaced = { ...block, text: this.#replace(block.text) };
    const output = await this.#perform(replaced).catch((error: Error) => {
      throw new Error(`${place}: ${error.message}`);
    });
    for (const line of expectedOutput(replaced)) expect(output, `${place} says what comes out`).toMatch(line);
  }

  async #perform({ name, text }: Block): Promise<string> {
    if (name === '') return this.#terminals.type(text);
    const output = await this.#terminals.open(name, text);
    const url = /ready at (\S+)/.exec(output)?.[1];
    if (url !== undefined) {
      this.#replaced['http://127.0.0.1:7243'] = url;
      await this.#terminals.type(`export BATCHLINE_URL=${url}`); // as if it listened on the usual port
    }
    const password = /Password: +(\S+)/.exec(output)?.[1];
    if (password !== undefined) this.#replaced['admin:PASSWORD'] = `admin:${password}`;
    return output;
  }

  #replace(text: string): string {
    return Object.entries(this.#replaced).reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }
}

const documents = documentsWithCommands().filter((document) => readBlocks(document).some(isCommands));
const lacking = ['curl', 'python3', 'bash'].some(lacks);

test('every exception is a block that is there', () => {
  for (const [document, exceptions] of Object.entries(EXCEPTIONS))
    for (const start of Object.keys(exceptions))
      expect(
        readBlocks(document).filter(({ text }) => text.startsWith(start)),
        `${document}: ${start}`,
      ).not.toEqual([]);
});

describe.skipIf(lacking)(
  'the commands of the documents (which need bash, curl and Python) do what these say',
  () => {
    const folders: string[] = [];
    const makeFolder = (): string => {
      const folder = mkdtempSync(join(tmpdir(), 'batchline-docs-'));
      folders.push(folder);
      return folder;
    };
    let server: TestServer;
    let token: string;
    beforeAll(async () => {
      server = await startTestServer('embedded');
      const body = {
        Name: 'documents',
        Scopes: ['read', 'write', 'admin', 'worker'],
        Definitions: ['greet', 'resize', 'mail'],
      };
      token = (await server.admin.json('POST', '/Tokens', body)).Token;
    });
    afterAll(async () => {
      await server?.stop();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    test.each(documents.filter((document) => !FROM_NOTHING.includes(document)))('%s', async (document) => {
      const folder = makeFolder();
      const env = await makeCheckout(folder);
      const staged = (await STAGES[document]?.(server, folder)) ?? {};
      // The commands of an example are typed in its folder.
      const cwd = document.startsWith('examples/python-worker/') ? join(folder, dirname(document)) : folder;
      const terminals = new Terminals(cwd, env);
      onTestFinished(() => terminals.close());
      const replaced = {
        ...staged,
        'http://127.0.0.1:7243': server.url,
        'admin:PASSWORD': `'${ADMIN.login}:${ADMIN.password}'`,
        '"PASSWORD"': `"${ADMIN.password}"`,
        '8A:…': token,
      };
      await terminals.type(`A='Authorization: Bearer ${token}'; API=${server.url}/api/v1`); // as docs/control.md says
      await terminals.type(`export BATCHLINE_URL=${server.url}`); // as if it listened on the usual port
      await new Reader(terminals, replaced).follow(document, folder);
    });

    test(FROM_NOTHING.join(', '), async () => {
      const folder = makeFolder();
      const env = { ...(await makeCheckout(folder)), PORT: '0', LOG_LEVEL: 'warn' };
      const terminals = new Terminals(folder, env);
      onTestFinished(() => terminals.close());
      const reader = new Reader(terminals);
      for (const document of FROM_NOTHING) {
        await reader.follow(document, folder);
        await terminals.interrupt(); // the next ones find it stopped
        mkdirSync(join(folder, 'data/files'), { recursive: true }); // as a task with a file would have
      }
    });
  },
);
