import { Link } from 'wouter';
import buttonStyles from '../../ui/form/button.module.css';
import { Button } from '../../ui/form/button.js';
import styles from './servers.module.css';

/** The search part of a server's address that opens its form with an https URL. */
export const httpsSearch = 'change=https';

/** Returns the URL with the scheme https. */
export function toHttps(url: string): string {
  return url.replace(/^http:/, 'https:');
}

/** Lists the servers to which nothing is sent, because their URL uses plain HTTP. Renders nothing without one. */
export function NeedsHttpsList({
  servers,
}: {
  servers: readonly { id: string; displayName: string; needsHttps: boolean | null }[];
}) {
  const affected = servers.filter(({ needsHttps }) => needsHttps === true);
  if (affected.length === 0) return null;
  return (
    <section className={`${styles.extra} ${styles.notice}`} aria-label="Servers that need https">
      <h2>{affected.length === 1 ? 'One server needs https' : `${affected.length} servers need https`}</h2>
      <p className={styles.quiet}>
        Switchboard sends nothing to a server whose URL uses http, because credentials would be sent
        unencrypted. To use http in a private network, list its addresses in ALLOWED_PRIVATE_CIDRS.
      </p>
      <ul className={styles.plain}>
        {affected.map(({ id, displayName }) => (
          <li key={id}>
            <span>{displayName}</span>
            <Link
              href={`/${id}?${httpsSearch}`}
              className={buttonStyles.button}
              aria-label={`Change to https: ${displayName}`}
            >
              Change to https
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Says on a server's page that nothing is sent to it, and offers the change. */
export function NeedsHttps({ url, onChange }: { url: string; onChange: (url: string) => void }) {
  return (
    <section className={`${styles.extra} ${styles.notice}`} aria-label="This server needs https">
      <h2>This server needs https</h2>
      <p className={styles.quiet}>
        Switchboard sends nothing to this server, because its URL uses http and credentials would be sent
        unencrypted. Change the URL and save.
      </p>
      <div>
        <Button onClick={() => onChange(toHttps(url))} disabled={url !== '' && !url.startsWith('http:')}>
          Change to https
        </Button>
      </div>
    </section>
  );
}
