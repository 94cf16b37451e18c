import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import {
  type BulkAction,
  type BulkProgress,
  NOTHING_YET,
  type Plan,
  runBulk,
  type Selection,
} from '../api/bulk.ts';
import type { ListOptions } from '../api/tasks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { timeZone } from '../preferences.ts';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';

/** Maximum number of reasons that the dialog lists. */
const MAX_REASONS = 20;

const ACTIONS = [
  'Stop',
  'Restart',
  'SetPriority',
  'Reschedule',
  'Delete',
] as const satisfies readonly BulkAction[];

/** The plans of dry runs. The accepted tasks do not depend on them. */
const NO_CHANGE: Readonly<Partial<Record<BulkAction, Plan>>> = {
  SetPriority: { Priority: 0 },
  Reschedule: { DelaySeconds: 0 },
};

/** The texts of the actions. */
function useActionTexts(): Readonly<
  Record<
    BulkAction,
    { name: string; question: string; plan: (count: number) => string; result: (count: number) => string }
  >
> {
  const { t } = useTexts();
  const { number } = useTimes();
  return {
    Stop: {
      name: t`Stop`,
      question: t`Stop the selected tasks?`,
      plan: (count) =>
        count === 1 ? t`1 task will be stopped.` : t`${number(count)} tasks will be stopped.`,
      result: (count) => (count === 1 ? t`1 task stopped.` : t`${number(count)} tasks stopped.`),
    },
    Restart: {
      name: t`Restart`,
      question: t`Restart the selected tasks?`,
      plan: (count) =>
        count === 1 ? t`1 task will be restarted.` : t`${number(count)} tasks will be restarted.`,
      result: (count) => (count === 1 ? t`1 task restarted.` : t`${number(count)} tasks restarted.`),
    },
    SetPriority: {
      name: t`Priority`,
      question: t`Change the priority of the selected tasks?`,
      plan: (count) =>
        count === 1 ? t`1 task gets another priority.` : t`${number(count)} tasks get another priority.`,
      result: (count) => (count === 1 ? t`1 task changed.` : t`${number(count)} tasks changed.`),
    },
    Reschedule: {
      name: t`Due time`,
      question: t`Change the due time of the selected tasks?`,
      plan: (count) =>
        count === 1 ? t`1 task gets another due time.` : t`${number(count)} tasks get another due time.`,
      result: (count) => (count === 1 ? t`1 task changed.` : t`${number(count)} tasks changed.`),
    },
    Delete: {
      name: t`Delete`,
      question: t`Delete the selected tasks?`,
      plan: (count) =>
        count === 1 ? t`1 task will be deleted.` : t`${number(count)} tasks will be deleted.`,
      result: (count) => (count === 1 ? t`1 task deleted.` : t`${number(count)} tasks deleted.`),
    },
  };
}

/** The actions on the selected tasks, below the list. */
export function BulkBar({
  selection,
  loaded,
  total,
  options,
  onSelect,
}: {
  selection: Selection;
  /** The ids of the loaded rows. */
  loaded: readonly number[];
  /** The number of tasks that match the filter, if it is known. */
  total: number | undefined;
  /** The filter and search of the list. */
  options: ListOptions;
  onSelect: (selection: Selection) => void;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const texts = useActionTexts();
  const [action, setAction] = useState<BulkAction>();
  const { isAll, ids } = selection;
  const count = isAll ? total !== undefined && total - ids.size : ids.size;
  const clear = (): void => onSelect({ isAll: false, ids: new Set() });
  return (
    <fieldset className="bulk">
      <legend className="hidden">{t`Selected tasks`}</legend>
      <p role="status">
        {count === false
          ? t`All tasks that match are selected.`
          : count === 1
            ? t`1 task selected`
            : t`${number(count)} tasks selected`}
      </p>
      {!isAll && ids.size < loaded.length && loaded.length !== total && (
        <button
          type="button"
          className="quiet"
          onClick={() => onSelect({ isAll: false, ids: new Set(loaded) })}
        >
          {t`Select the ${number(loaded.length)} loaded`}
        </button>
      )}
      {!isAll && (total === undefined || total > ids.size) && (
        <button type="button" className="quiet" onClick={() => onSelect({ isAll: true, ids: new Set() })}>
          {total === undefined ? t`Select all that match` : t`Select all ${number(total)} that match`}
        </button>
      )}
      <span className="bulk-actions">
        {ACTIONS.map((each) => (
          <button
            key={each}
            type="button"
            className={each === 'Delete' ? 'danger' : ''}
            onClick={() => setAction(each)}
          >
            {texts[each].name}
          </button>
        ))}
        <button type="button" className="quiet" onClick={clear}>{t`Clear selection`}</button>
      </span>
      {action !== undefined && (
        <BulkDialog
          action={action}
          selection={selection}
          options={options}
          onDone={clear}
          onClose={() => setAction(undefined)}
        />
      )}
    </fieldset>
  );
}

/** Counts what an action would do, asks, and then shows its progress and result. */
function BulkDialog({
  action,
  selection,
  options,
  onDone,
  onClose,
}: {
  action: BulkAction;
  selection: Selection;
  options: ListOptions;
  /** Called when the dialog closes after the action has changed something. */
  onDone: () => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const { name, question, plan: planned, result } = useActionTexts()[action];
  const queries = useQueryClient();
  const cancel = useRef<HTMLButtonElement>(null);
  const stopping = useRef(new AbortController());
  const [counted, setCounted] = useState(NOTHING_YET);
  const [changed, setChanged] = useState<BulkProgress>();
  const [plan, setPlan] = useState<Plan | undefined>(NO_CHANGE[action]);
  const count = useMutation({
    mutationFn: (signal: AbortSignal) =>
      runBulk(
        { action, selection, options, isDryRun: true, plan: NO_CHANGE[action] },
        NOTHING_YET,
        setCounted,
        signal,
      ),
  });
  const change = useMutation({
    mutationFn: ({ from, signal }: { from: BulkProgress; signal: AbortSignal }) =>
      runBulk(
        { action, selection, options, isDryRun: false, upTo: counted.lastId, plan },
        from,
        setChanged,
        signal,
      ),
    onSettled: () =>
      Promise.all(['tasks', 'task-count'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const { mutate: startCounting } = count;
  useEffect(() => {
    const counting = new AbortController();
    startCounting(counting.signal);
    return () => counting.abort();
  }, [startCounting]);
  useEffect(() => () => stopping.current.abort(), []);
  const run = (): void => {
    stopping.current = new AbortController();
    const from = changed ?? NOTHING_YET;
    setChanged(from);
    change.mutate({ from, signal: stopping.current.signal });
  };
  const close = (): void => {
    onClose();
    if (changed !== undefined) onDone();
  };
  const isOver = changed !== undefined && !change.isPending;
  const shown = changed ?? counted;
  return (
    <Dialog title={question} focus={cancel} onClose={close}>
      {counted.isComplete ? (
        <p role="status">{isOver ? result(shown.done) : planned(counted.done)}</p>
      ) : (
        <>
          <p role="status">{t`Checked so far: ${number(counted.matched)}`}</p>
          <Skeleton lines={1} />
        </>
      )}
      {changed === undefined && <PlanFields action={action} onPlan={setPlan} />}
      {changed !== undefined && (
        <ProgressBar
          percent={counted.matched === 0 ? 100 : Math.floor((100 * changed.matched) / counted.matched)}
          text={t`${number(changed.matched)} of ${number(counted.matched)}`}
          label={question}
        />
      )}
      {shown.refused.length > 0 && (counted.isComplete || isOver) && (
        <details className="refused">
          <summary>
            {shown.refused.length === 1
              ? t`1 task is left as it is`
              : t`${number(shown.refused.length)} tasks are left as they are`}
          </summary>
          <ul>
            {shown.refused.slice(0, MAX_REASONS).map(({ Id, Reason }) => (
              <li key={Id}>{Reason}</li>
            ))}
          </ul>
          {shown.refused.length > MAX_REASONS && (
            <p>{t`And ${number(shown.refused.length - MAX_REASONS)} more`}</p>
          )}
        </details>
      )}
      <Problem error={count.error ?? change.error} />
      <div className="buttons">
        {isOver && changed.isComplete ? null : (
          <button
            type="button"
            className={action === 'Delete' ? 'danger' : 'primary'}
            disabled={
              !counted.isComplete ||
              counted.done === 0 ||
              change.isPending ||
              (action in NO_CHANGE && plan === undefined)
            }
            onClick={run}
          >
            {isOver ? t`Continue` : name}
          </button>
        )}
        {change.isPending ? (
          <button ref={cancel} type="button" onClick={() => stopping.current.abort()}>{t`Cancel`}</button>
        ) : (
          <button ref={cancel} type="button" onClick={close}>
            {isOver ? t`Close` : t`Cancel`}
          </button>
        )}
      </div>
    </Dialog>
  );
}

/** The fields of the new priority or due time; none for other actions. */
function PlanFields({
  action,
  onPlan,
}: {
  action: BulkAction;
  /** Gets `undefined` while the fields are invalid. */
  onPlan: (plan: Plan | undefined) => void;
}): ReactNode {
  const { t } = useTexts();
  if (action === 'SetPriority')
    return (
      <Field name="priority" label={t`Priority`} hint={t`Tasks with a higher priority run first.`}>
        {(props) => (
          <input
            {...props}
            type="number"
            min={-1000}
            max={1000}
            step={1}
            required
            defaultValue={0}
            onChange={({ target }) =>
              onPlan(target.validity.valid ? { Priority: target.valueAsNumber } : undefined)
            }
          />
        )}
      </Field>
    );
  if (action === 'Reschedule')
    return (
      <Field name="due" label={t`Due time`} hint={t`Leave empty to start now. Times are in ${timeZone()}.`}>
        {(props) => (
          <input
            {...props}
            type="datetime-local"
            onChange={({ target }) =>
              onPlan(
                !target.validity.valid
                  ? undefined
                  : target.value === ''
                    ? { DelaySeconds: 0 }
                    : { StartAt: target.value },
              )
            }
          />
        )}
      </Field>
    );
  return null;
}
