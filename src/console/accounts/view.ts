import type { View } from '../ui/view.js';

export const accounts: View = {
  path: '/connections',
  label: 'Connections',
  audience: 'EVERYONE',
  load: () => import('./accounts-page.js'),
};
