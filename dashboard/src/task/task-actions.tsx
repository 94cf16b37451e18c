import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { isActive } from '../../../src/core/task-state.ts';
import { answer, api, type Call } from '../api/call.ts';
import type { BatchTaskInfo, Session } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { CurlDialog } from './curl-dialog.tsx';
import { EditDialog, editableFields } from './edit-dialog.tsx';

const has = (mask: string, right: string): boolean => mask === 'FULL' || mask.split(/,\s*/).includes(right);

/** The buttons for a task: only those that the server would obey. */
export function TaskActions({
  task,
  etag,
  who,
}: {
  task: BatchTaskInfo;
  etag: string | null;
  who: Session;
}): ReactNode {
  const { t, resource } = useTexts();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<'edit' | 'curl'>();
  const run = (call: Call): Promise<unknown> =>
    answer(call).finally(() => queries.invalidateQueries({ queryKey: ['task', task.Id] }));
  const params = at(task.Id);
  const restart = (query: { FromStart?: string }): Promise<unknown> =>
    run(api.POST('/api/v1/BatchTask/{id}/Restart', { params: { ...params, query } }));
  const runAgain = useMutation({ mutationFn: () => restart({}) });
  const close = (): void => setOpen(undefined);
  const mask = task.TableRight.Mask;
  const isLive = task.State === 'New' || isActive(task.State);
  const canStop = isLive && has(mask, 'Update') && task.CancellationBehaviour !== 'CannotCancel';
  const warning =
    task.CancellationBehaviour === 'CancelWithWarning' ? resource(cancellationOf(task.Name)) : undefined;
  return (
    <>
      <div className="buttons">
        {canStop && (
          <ConfirmButton
            action={t`Stop`}
            title={t`Stop this task?`}
            text={warning ?? t`The task becomes Failed. You can run it again later.`}
            run={() => run(api.POST('/api/v1/BatchTask/{id}/Stop', { params }))}
          />
        )}
        {task.State === 'Failed' && has(mask, 'Update') && (
          <>
            <button
              type="button"
              className="primary"
              disabled={runAgain.isPending}
              onClick={() => runAgain.mutate()}
            >
              {t`Run again`}
            </button>
            <ConfirmButton
              className=""
              action={t`Run from the start`}
              title={t`Run this task from the start?`}
              text={t`The checkpoint of its earlier attempts is discarded.`}
              run={() => restart({ FromStart: 'true' })}
            />
          </>
        )}
        {editableFields(task).length > 0 && (
          <button type="button" onClick={() => setOpen('edit')}>{t`Edit`}</button>
        )}
        <Link className="button" href={`/start/${encodeURIComponent(task.Name)}?like=${task.Id}`}>
          {t`Start a copy`}
        </Link>
        {isLive && (
          <Link className="button" href={`/notifications?task=${task.Id}`}>
            {t`Notify me`}
          </Link>
        )}
        <button type="button" onClick={() => setOpen('curl')}>{t`Copy as curl`}</button>
        {!isActive(task.State) && has(mask, 'Delete') && (
          <ConfirmButton
            action={t`Delete`}
            title={t`Delete this task?`}
            text={t`A deleted task can’t be restored.`}
            run={async () => {
              await answer(api.DELETE('/api/v1/BatchTask/{id}', { params }));
              navigate('/');
            }}
          />
        )}
      </div>
      {task.TableRight.Reason !== '' && <p className="dim">{task.TableRight.Reason}</p>}
      <Problem error={runAgain.error} />
      {open === 'edit' && <EditDialog task={task} etag={etag} onClose={close} />}
      {open === 'curl' && <CurlDialog task={task} login={who.Login} onClose={close} />}
    </>
  );
}

/** The name of the text that warns before a task of a definition is stopped, such as `SR_BATCH_CSV_IMPORT_CANCELLATION`. */
function cancellationOf(name: string): string {
  const words = name.replace(
    /(?<=[a-z0-9])[A-Z]|[^A-Za-z0-9]+/g,
    (match) => `_${match.replace(/[^A-Za-z0-9]/g, '')}`,
  );
  return `SR_BATCH_${words.toUpperCase()}_CANCELLATION`;
}
