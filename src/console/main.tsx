import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './graphql/query-client.js';
import { Shell } from './shell/shell.js';
import { prepareStart } from './shell/startup.js';
import './ui/base.css';

prepareStart();
createRoot(document.querySelector('#console')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Shell />
    </QueryClientProvider>
  </StrictMode>,
);
