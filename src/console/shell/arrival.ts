import { views } from './views.js';

/** Once, before anything is drawn. */
export function arrive(): void {
  dropResumed();
  // Its code comes while React starts, not after.
  void views.find(({ path }) => window.location.pathname.startsWith(path))?.load();
  window.addEventListener('vite:preloadError', reloadOnce);
}

/** What the server marks a resumed address with means nothing here, and would be copied along with it. */
function dropResumed(): void {
  const url = new URL(window.location.href);
  if (!url.searchParams.has('resumed')) return;
  url.searchParams.delete('resumed');
  window.history.replaceState(null, '', url);
}

/** After an upgrade the server no longer has this build's files: the page of the new one does. Once, not for ever. */
function reloadOnce(): void {
  const key = 'switchboard-reloaded-at';
  const last = Number(window.sessionStorage.getItem(key));
  if (Date.now() - last < 60_000) return;
  window.sessionStorage.setItem(key, String(Date.now()));
  window.location.reload();
}
