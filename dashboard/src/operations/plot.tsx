import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { preferences, timeZone } from '../preferences.ts';
import { useStore } from '../store.ts';
import { useTexts } from '../texts.tsx';
import { tickSteps } from './statistics.ts';

/** In seconds. */
const TWO_DAYS = 2 * 86_400;

/** A line of a plot, in the colour of a state. */
export interface Line {
  readonly label: string;
  readonly colour: '--good' | '--bad' | '--busy' | '--wait' | '--still';
  readonly values: readonly (number | null)[];
}

const HEIGHT = 170;
const SYSTEM_DARK = matchMedia('(prefers-color-scheme: dark)');

/** A plot over time, with a summary for screen readers. */
export function Plot({
  title,
  summary,
  times,
  lines,
  write,
  precision = 1,
}: {
  title: string;
  summary: string;
  /** In seconds since 1970. */
  times: readonly number[];
  lines: readonly Line[];
  write: (value: number) => string;
  /** The smallest distance of ticks, a power of ten. */
  precision?: number;
}): ReactNode {
  const { locale, t } = useTexts();
  const { theme } = useStore(preferences);
  const isDark = useSyncExternalStore(onSystemTheme, () => SYSTEM_DARK.matches);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const labels = [t`Time`, ...lines.map((line) => line.label)].join('|');
  // biome-ignore lint/correctness/useExhaustiveDependencies: new values are set below, without a new plot
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => resolveColour(style.getPropertyValue(name));
    const clock = new Intl.DateTimeFormat(locale, { timeZone: timeZone(), timeStyle: 'short' });
    const date = new Intl.DateTimeFormat(locale, { timeZone: timeZone(), day: 'numeric', month: 'numeric' });
    const axis = {
      stroke: colour('--dim'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const made = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { live: true },
        cursor: { y: false, points: { size: 6 } },
        scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.1, precision * 5)] } },
        axes: [
          {
            ...axis,
            size: 30,
            values: (_, ticks) => {
              // In a long period, the time of day of each tick is midnight.
              const isLong = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > TWO_DAYS;
              return ticks.map((tick) => (isLong ? date : clock).format(tick * 1000));
            },
          },
          {
            ...axis,
            size: labelWidth,
            incrs: tickSteps(precision),
            values: (_, ticks) => ticks.map(write),
          },
        ],
        series: [
          { label: t`Time`, value: (_, at) => (at === null ? '' : clock.format(at * 1000)) },
          ...lines.map((line, index) => ({
            label: line.label,
            stroke: colour(line.colour),
            // Only the first line has an area; several would blur.
            ...(index === 0 ? { fill: `color-mix(in srgb, ${colour(line.colour)} 12%, transparent)` } : {}),
            width: 1.5,
            spanGaps: true,
            points: { show: true, size: 4, fill: colour(line.colour) },
            // Without a cursor there is no index, and the legend only names the lines.
            value: (_: UPlot, value: number | null, __: number, index: number | null) =>
              index === null ? '' : value === null ? '–' : write(value),
          })),
        ],
      },
      dataOf(times, lines),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [locale, theme, isDark, labels]);
  useEffect(() => plot.current?.setData(dataOf(times, lines)), [times, lines]);
  return (
    <figure className="panel plot">
      <figcaption>
        <h2>{title}</h2>
        <p className="dim">{summary}</p>
      </figcaption>
      <div ref={box} aria-hidden="true" />
    </figure>
  );
}

/** The width of the longest label of an axis and its gap, in pixels. */
function labelWidth({ ctx }: UPlot, labels: readonly string[] | null): number {
  const widths = (labels ?? []).map((label) => ctx.measureText(label).width / devicePixelRatio);
  return Math.max(40, ...widths) + 16;
}

function onSystemTheme(listener: () => void): () => void {
  SYSTEM_DARK.addEventListener('change', listener);
  return () => SYSTEM_DARK.removeEventListener('change', listener);
}

function dataOf(times: readonly number[], lines: readonly Line[]): UPlot.AlignedData {
  return [[...times], ...lines.map((line) => [...line.values])];
}

/** Resolves `light-dark()`, which canvases don't support, with an element. */
function resolveColour(value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
