import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Problem } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { useTexts } from '../texts.tsx';
import { upload } from './upload.ts';

/** Uploads a file and returns its reference. */
export function FileChooser({
  name,
  prepare,
  onSent,
}: {
  name: string;
  /** Looks at the file before it is sent, and returns the file to send. */
  prepare?: ((file: File) => Promise<File>) | undefined;
  onSent: (file: string) => void;
}): ReactNode {
  const { t } = useTexts();
  const [percent, setPercent] = useState<number>();
  const send = useMutation({
    mutationFn: async (file: File) => upload(prepare === undefined ? file : await prepare(file), setPercent),
    onSuccess: onSent,
    onSettled: () => setPercent(undefined),
  });
  return (
    <div className="field file">
      <input
        type="file"
        aria-label={t`Upload a file for ${name}`}
        disabled={send.isPending}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) send.mutate(file);
        }}
      />
      {percent !== undefined && <ProgressBar percent={percent} label={t`Upload progress`} />}
      {send.isSuccess && <p role="status">{t`${send.variables.name} uploaded.`}</p>}
      <Problem error={send.error} />
    </div>
  );
}
