import type { View } from '../ui/view.js';

export const accounts: View = {
  path: '/accounts',
  label: 'Accounts',
  audience: 'EVERYONE',
  load: () => import('./accounts-page.js'),
};
