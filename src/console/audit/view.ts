import type { View } from '../ui/view.js';

export const audit: View = {
  path: '/audit',
  label: 'Audit log',
  audience: 'ADMIN',
  load: () => import('./audit-page.js'),
};
