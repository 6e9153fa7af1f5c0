import { Link, useRoute } from 'wouter';
import { useViewer, type Viewer } from '../session/viewer.js';
import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/form/button.js';
import { views } from './views.js';
import styles from './header.module.css';
import type { View } from '../ui/view.js';

export function Header() {
  const viewer = useViewer();
  const isAdmin = viewer?.role === 'ADMIN';
  return (
    <header className={styles.header}>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <div className={styles.row}>
        <Link href="/" className={styles.brand}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="6" cy="8" r="3.2" />
            <circle cx="26" cy="24" r="3.2" />
            <path d="M9 8h5c5 0 4 16 9 16" fill="none" strokeWidth="2.6" />
          </svg>
          Switchboard
        </Link>
        <nav aria-label="Console" className={styles.nav}>
          {viewer &&
            views
              .filter(({ audience }) => isAdmin || audience === 'EVERYONE')
              .map((view) => <NavigationLink key={view.path} {...view} />)}
          {isAdmin && <a href="/graphiql">GraphiQL</a>}
        </nav>
        {viewer ? <Account {...viewer} /> : <span className={styles.who} />}
      </div>
    </header>
  );
}

function NavigationLink({ path, label }: View) {
  const [isHere] = useRoute(`${path}/*?`);
  return (
    <Link href={path} aria-current={isHere ? 'page' : undefined}>
      {label}
    </Link>
  );
}

// The browser's popover handles Escape, outside clicks and the focus. React 18 passes unknown attributes through.
const opensMenu = { popovertarget: 'account' };
const popover = { popover: 'auto' } as object;

function Account({ displayName, email, role }: Viewer) {
  return (
    <>
      <button type="button" {...opensMenu} className={styles.who}>
        <Avatar name={displayName} isRound />
        <span className="for-screen-readers">Your account: {displayName}</span>
        <span aria-hidden="true" className={styles.name}>
          {displayName}
        </span>
      </button>
      <div {...popover} id="account" className={styles.account}>
        <p>{displayName}</p>
        <p>{email}</p>
        <p>{role === 'ADMIN' ? 'Administrator' : 'Member'}</p>
        <form method="post" action="/auth/sign-out">
          <Button type="submit">Sign out</Button>
        </form>
      </div>
    </>
  );
}
