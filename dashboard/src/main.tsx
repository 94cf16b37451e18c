import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Skeleton } from './parts/skeleton.tsx';
import { showTheme } from './preferences.ts';
import './styles/tokens.css';
import './styles/page.css';
import './styles/parts.css';
import './styles/table.css';
import './styles/tasks.css';
import './styles/task.css';
import { TextsProvider } from './texts.tsx';

// The views refetch on their own (live.ts), so queries don't retry.
const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } },
});

showTheme();
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <TextsProvider
          loading={
            <main>
              <Skeleton />
            </main>
          }
        >
          <App />
        </TextsProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
