import { type ReactNode, useEffect, useState } from 'react';
import type { BatchTaskInfo } from '../api/carriers.ts';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { useTexts } from '../texts.tsx';
import { readTime, useNow, useTimes } from '../times.ts';
import { addSample, type Sample, timeLeft } from './time-left.ts';

/** Progress of a task with its text and the time left. */
export function TaskProgress({ task, isStopped }: { task: BatchTaskInfo; isStopped: boolean }): ReactNode {
  const { t } = useTexts();
  const { span } = useTimes();
  const now = useNow();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(
    () => setSamples((before) => addSample(before, { at: Date.now(), percent: task.ProgressPercent })),
    [task.ProgressPercent],
  );
  const started = readTime(task.LastStarted);
  const began = started === undefined || task.StartCount > 1 ? undefined : { at: started, percent: 0 };
  const left = task.State === 'Started' ? timeLeft(samples, began, now) : undefined;
  return (
    <section className="panel task-progress-panel">
      <h2>{t`Progress`}</h2>
      <ProgressBar
        percent={task.ProgressPercent}
        text={task.ProgressDescription}
        label={t`Progress`}
        state={task.State}
        isStopped={isStopped}
      />
      {left !== undefined && <p className="dim">{t`About ${span(left)} left`}</p>}
    </section>
  );
}
