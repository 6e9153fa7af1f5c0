import { views } from './views.js';

/** Runs once, before the first render. */
export function prepareStart(): void {
  removeResumedParameter();
  // Loads the view's code in parallel to React.
  void views.find(({ path }) => window.location.pathname.startsWith(path))?.load();
  window.addEventListener('vite:preloadError', reloadOnce);
}

/** Removes the server's mark of a resumed address, which has no meaning here and would be copied with the address. */
function removeResumedParameter(): void {
  const url = new URL(window.location.href);
  if (!url.searchParams.has('resumed')) return;
  url.searchParams.delete('resumed');
  window.history.replaceState(null, '', url);
}

/** Reloads the page after an upgrade, when the server no longer has this build's files. At most once a minute. */
function reloadOnce(): void {
  const key = 'switchboard-reloaded-at';
  const last = Number(window.sessionStorage.getItem(key));
  if (Date.now() - last < 60_000) return;
  window.sessionStorage.setItem(key, String(Date.now()));
  window.location.reload();
}
