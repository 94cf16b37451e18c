import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { isHeld } from '../../../src/domain/task-state.ts';
import { answer, api, type Call } from '../api/call.ts';
import type { BatchTaskInfo, Session } from '../api/carriers.ts';
import { at } from '../api/tasks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts.tsx';
import { CurlDialog } from './curl-dialog.tsx';
import { EditDialog, editableFields } from './edit-dialog.tsx';

type Open = 'stop' | 'delete' | 'edit' | 'curl';

const has = (mask: string, right: string): boolean => mask === 'FULL' || mask.split(/,\s*/).includes(right);

/** What this person may do with a task: only what the server would do. */
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
  const [open, setOpen] = useState<Open>();
  const act = useMutation({
    mutationFn: ({ run }: { run: () => Call; goTo?: string }) => answer(run()),
    onSuccess: (_, { goTo }) => {
      setOpen(undefined);
      if (goTo !== undefined) navigate(goTo);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['task', task.Id] }),
  });
  const params = at(task.Id);
  const restart = (query: { FromStart?: string }): void =>
    act.mutate({
      run: () => api.POST('/api/v1/BatchTask/{id}/Restart', { params: { ...params, query } }),
    });
  const close = (): void => setOpen(undefined);
  const mask = task.TableRight.Mask;
  const isLive = task.State === 'New' || isHeld(task.State);
  const canStop = isLive && has(mask, 'Update') && task.CancellationBehaviour !== 'CannotCancel';
  const stop = (): void => act.mutate({ run: () => api.POST('/api/v1/BatchTask/{id}/Stop', { params }) });
  const warning = resource(
    `SR_BATCH_${task.Name.replace(/(?<=[a-z0-9])[A-Z]|[^A-Za-z0-9]+/g, (match) => `_${match.replace(/[^A-Za-z0-9]/g, '')}`).toUpperCase()}_CANCELLATION`,
  );
  return (
    <>
      <p className="buttons">
        {canStop && (
          <button
            type="button"
            className="danger"
            disabled={act.isPending}
            onClick={() => (task.CancellationBehaviour === 'CancelWithWarning' ? setOpen('stop') : stop())}
          >
            {t`Stop`}
          </button>
        )}
        {task.State === 'Failed' && has(mask, 'Update') && (
          <>
            <button type="button" className="primary" disabled={act.isPending} onClick={() => restart({})}>
              {t`Run again`}
            </button>
            <button type="button" disabled={act.isPending} onClick={() => restart({ FromStart: 'true' })}>
              {t`Run from the start`}
            </button>
          </>
        )}
        {editableFields(task).length > 0 && (
          <button type="button" onClick={() => setOpen('edit')}>{t`Edit`}</button>
        )}
        <Link className="button" href={`/start/${encodeURIComponent(task.Name)}?like=${task.Id}`}>
          {t`Start one like it`}
        </Link>
        <button type="button" onClick={() => setOpen('curl')}>{t`As curl`}</button>
        {!isHeld(task.State) && has(mask, 'Delete') && (
          <button type="button" onClick={() => setOpen('delete')}>{t`Delete`}</button>
        )}
      </p>
      {task.TableRight.Reason !== '' && <p className="dim">{task.TableRight.Reason}</p>}
      {open === undefined && <Problem error={act.error} />}
      {open === 'stop' && (
        <Confirm
          title={t`Stop this task?`}
          text={warning ?? ''}
          action={t`Stop`}
          error={act.error}
          onConfirm={stop}
          onClose={close}
        />
      )}
      {open === 'delete' && (
        <Confirm
          title={t`Delete this task?`}
          text={t`A deleted task can’t be brought back.`}
          action={t`Delete`}
          error={act.error}
          onConfirm={() =>
            act.mutate({ run: () => api.DELETE('/api/v1/BatchTask/{id}', { params }), goTo: '/' })
          }
          onClose={close}
        />
      )}
      {open === 'edit' && <EditDialog task={task} etag={etag} onClose={close} />}
      {open === 'curl' && <CurlDialog task={task} login={who.Login} onClose={close} />}
    </>
  );
}

function Confirm(props: {
  title: string;
  text: string;
  action: string;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTexts();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p>{props.text}</p>
      <Problem error={props.error} />
      <p className="buttons">
        <button type="button" className="danger" onClick={props.onConfirm}>
          {props.action}
        </button>
        <button type="button" onClick={props.onClose}>{t`Cancel`}</button>
      </p>
    </Dialog>
  );
}
