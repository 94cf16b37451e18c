/** A value of a metric. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric in the exposition. */
export interface Metric {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

/** Parses the response of `/metrics`: metrics by name. */
export function readExposition(text: string): Map<string, Metric> {
  const metrics = new Map<string, { help: string; type: string; samples: Sample[] }>();
  const of = (name: string) => {
    const metric = metrics.get(name) ?? { help: '', type: '', samples: [] };
    metrics.set(name, metric);
    return metric;
  };
  let last = '';
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const about = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (about !== null) {
      const [, kind, name = '', value = ''] = about;
      last = name;
      of(name)[kind === 'HELP' ? 'help' : 'type'] = value;
      continue;
    }
    const [, name = '', labels = '', value = ''] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not a line of an exposition: ${line}`);
    of(last).samples.push({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, its]) => [
          label ?? '',
          its ?? '',
        ]),
      ),
      value: Number(value),
    });
  }
  return metrics;
}

/** The sum of the samples of a metric with these labels. @param suffix `_count` or `_sum` of a histogram */
export function total(
  metrics: ReadonlyMap<string, Metric>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  suffix = '',
): number {
  return (metrics.get(name)?.samples ?? [])
    .filter((sample) => sample.name === name + suffix)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, sample) => sum + sample.value, 0);
}
