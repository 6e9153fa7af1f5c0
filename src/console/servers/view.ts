import type { View } from '../shell/view.js';

export const servers: View = {
  path: '/servers',
  hasAddressesBelow: true,
  label: 'Servers',
  audience: 'ADMIN',
  load: () => import('./servers-page.js'),
};
