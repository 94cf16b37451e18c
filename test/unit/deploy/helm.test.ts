import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../../..');
const CHART = join(ROOT, 'deploy/helm/batchline');
/** Where Debian's packages golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev put what the chart is rendered with. */
const GO_PATH = '/usr/share/gocode';
const CANNOT_RENDER = !['Masterminds/sprig', '../sigs.k8s.io/yaml'].every((path) =>
  existsSync(join(GO_PATH, 'src/github.com', path)),
);

/** What must be set beside the chart's own values. */
const NEEDED = {
  database: { url: 'postgres://batchline:secret@db:5432/batchline' },
  admin: { login: 'admin:secret' },
  settings: { BATCHLINE_FILES: 's3://bucket/prefix' },
};

/** The types of what the chart makes, as kubernetes-types names them. */
const TYPES: Record<string, string> = {
  Secret: 'core/v1',
  ConfigMap: 'core/v1',
  Service: 'core/v1',
  Deployment: 'apps/v1',
  PodDisruptionBudget: 'policy/v1',
  Ingress: 'networking/v1',
};

/** Properties of a manifest that are checked. */
interface Workload {
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
  };
}

/** A resource of Kubernetes. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Workload;
}

describe('the Helm chart', () => {
  let folder: string;
  let values: Record<string, unknown> & { worker: { autoscaling: object } };
  let chart: { name: string; version: string; appVersion: string };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-helm-'));
    values = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'));
    chart = parse(await readFile(join(CHART, 'Chart.yaml'), 'utf8'));
    if (CANNOT_RENDER) return;
    const { status, stderr } = spawnSync(
      'go',
      ['build', '-o', join(folder, 'render'), './test/support/helm'],
      {
        cwd: ROOT,
        env: {
          PATH: process.env.PATH,
          GO111MODULE: 'off',
          GOPATH: GO_PATH,
          HOME: process.env.HOME,
          GOFLAGS: '-p=1',
        },
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(stderr);
  }, 120_000);
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Renders the chart with values laid over its own, a group at a time. */
  const render = (over: Record<string, object>): { manifests: Manifest[]; fault: string } => {
    const merged: Record<string, unknown> = { ...values };
    for (const [group, part] of Object.entries(over))
      merged[group] = { ...(values[group] as object), ...part };
    const input = {
      Values: merged,
      Release: { Name: 'prod', Namespace: 'tasks', Service: 'Helm' },
      Chart: { Name: chart.name, Version: chart.version, AppVersion: chart.appVersion },
    };
    const { stdout, stderr } = spawnSync(join(folder, 'render'), [CHART], {
      input: JSON.stringify(input),
      encoding: 'utf8',
    });
    return { manifests: parseAllDocuments(stdout).map((document) => document.toJS()), fault: stderr };
  };

  test('is of the version of the package, and its own values fit its schema', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(chart).toMatchObject({ version, appVersion: version });
    const isValid = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
      JSON.parse(await readFile(join(CHART, 'values.schema.json'), 'utf8')),
    );
    isValid(values);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ ...values, api: { replica: 3 } })).toBe(false);
  });

  test.skipIf(CANNOT_RENDER)('makes what Kubernetes takes (needs Debian packages of Go)', async () => {
    const { manifests, fault } = render({
      ...NEEDED,
      ingress: { enabled: true, className: 'nginx', host: 'tasks.example.org', tlsSecret: 'tls' },
      nodeSelector: { disk: 'ssd' },
      api: { replicas: 3, resources: { limits: { memory: '1Gi' } } },
    });
    expect(fault).toBe('');
    expect(manifests.map((one) => `${one.kind} ${one.metadata.name}`).sort()).toEqual([
      'ConfigMap prod-batchline',
      'Deployment prod-batchline-api',
      'Deployment prod-batchline-worker',
      'Ingress prod-batchline',
      'PodDisruptionBudget prod-batchline-api',
      'Secret prod-batchline',
      'Service prod-batchline',
    ]);
    const lines = manifests.map(
      (one, index) =>
        `export const m${index}: import('kubernetes-types/${TYPES[one.kind]}.d.ts').${one.kind} = ${JSON.stringify(one)};`,
    );
    // In the checkout, where the types are found.
    const checked = join(ROOT, `build/helm-${process.pid}.ts`);
    await mkdir(join(ROOT, 'build'), { recursive: true });
    await writeFile(checked, lines.join('\n'));
    try {
      const { stdout } = spawnSync(
        join(ROOT, 'node_modules/.bin/tsc'),
        [
          '--noEmit',
          '--ignoreConfig',
          '--strict',
          '--module',
          'nodenext',
          '--skipLibCheck',
          '--allowImportingTsExtensions',
          checked,
        ],
        { cwd: ROOT, encoding: 'utf8' },
      );
      expect(stdout).toBe('');
    } finally {
      await rm(checked);
    }
  });

  test.skipIf(CANNOT_RENDER)('confines its pods, and gives runs their time to be handed back', () => {
    const pods = render(NEEDED).manifests.filter((one) => one.kind === 'Deployment');
    expect(pods.map((one) => one.spec.template.spec.containers[0]?.args)).toEqual([
      ['serve', '--no-worker'],
      ['work'],
    ]);
    for (const { spec } of pods) {
      expect(spec.template.spec).toMatchObject({
        terminationGracePeriodSeconds: 30,
        securityContext: { runAsNonRoot: true },
        containers: [
          {
            securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
            readinessProbe: { httpGet: { path: '/health/ready', port: 'monitoring' } },
          },
        ],
      });
    }
  });

  test.skipIf(CANNOT_RENDER)('scales its workers by the depth of the queue', () => {
    const { manifests } = render({
      ...NEEDED,
      worker: { autoscaling: { ...values.worker.autoscaling, enabled: true, maxReplicas: 7 } },
    });
    const scaled = manifests.find((one) => one.kind === 'ScaledObject');
    expect(scaled?.spec).toMatchObject({
      scaleTargetRef: { name: 'prod-batchline-worker' },
      maxReplicaCount: 7,
      triggers: [{ type: 'prometheus', metadata: { threshold: '100' } }],
    });
    const worker = manifests.find(
      (one) => one.metadata.name === 'prod-batchline-worker' && one.kind === 'Deployment',
    );
    expect(worker?.spec).not.toHaveProperty('replicas');
  });

  test.skipIf(CANNOT_RENDER)('says what it lacks', () => {
    expect(render({}).fault).toMatch(/files\.existingClaim .* or settings\.BATCHLINE_FILES .* is needed/);
    expect(render({ settings: NEEDED.settings }).fault).toContain('database.url is needed');
  });
});
