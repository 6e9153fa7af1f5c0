import type { View } from '../ui/view.js';

export const servers: View = {
  path: '/servers',
  hasAddressesBelow: true,
  label: 'Servers',
  audience: 'ADMIN',
  load: () => import('./servers-page.js'),
};
