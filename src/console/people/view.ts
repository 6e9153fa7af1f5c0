import type { View } from '../ui/view.js';

export const people: View = {
  path: '/people',
  label: 'People',
  audience: 'ADMIN',
  load: () => import('./people-page.js'),
};
