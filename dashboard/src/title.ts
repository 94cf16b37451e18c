import { useEffect } from 'react';

/** Names what is shown in the browser's title. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Batchline`;
  }, [title]);
}
