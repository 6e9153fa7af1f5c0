import { useState } from 'react';
import { RegisterClientDocument, type EditableServerFragment } from '../generated/servers.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { FailureMessage } from '../ui/form/failure-message.js';
import { notify } from '../ui/notices.js';
import { TimeAgo } from '../ui/time-ago.js';
import { FailureSteps } from './parts/failure-steps.js';
import styles from './parts/servers.module.css';
import { inLabels } from './parts/wording.js';

/** The client's registration at the provider, with its failure if there is one, and a button to register again. */
export function ClientRegistration({ server }: { server: EditableServerFragment }) {
  // The page keeps the server as it was when it opened.
  const [isRenewed, setIsRenewed] = useState(false);
  const { mutate, error, isPending } = useChange(RegisterClientDocument, {
    onSuccess: () => {
      setIsRenewed(true);
      notify(`Client registered for ${server.displayName}.`);
    },
  });
  const failedAt = isRenewed ? null : server.oauth2ClientFailureAt;
  const idle = failedAt === null ? 'Register client' : 'Register again';
  return (
    <section className={styles.extra} aria-label="Client registration">
      <h2>Client registration</h2>
      {failedAt !== null && (
        <p className={styles.broken}>
          The provider doesn’t recognize the client (<TimeAgo at={failedAt} />
          ), so users can’t connect. {remedyFor(server)}
        </p>
      )}
      <p className={styles.quiet}>
        {server.oauth2AuthUrl === ''
          ? 'Switchboard isn’t registered at the provider yet, so users can’t connect.'
          : 'Runs discovery and registers a new client, unless you entered the client ID manually. Users stay connected where the provider accepts their access from the new client.'}
      </p>
      <div>
        <Button isBusy={isPending} onClick={() => mutate({ id: server.id })}>
          {isPending ? 'Registering…' : idle}
        </Button>
      </div>
      <FailureMessage failure={error} summary="The client wasn’t registered." rephrase={inLabels}>
        <FailureSteps failure={error} />
      </FailureMessage>
    </section>
  );
}

function remedyFor({ oauth2Registration }: EditableServerFragment): string {
  switch (oauth2Registration) {
    case 'DYNAMIC':
      return 'Switchboard registers again at most once an hour. To register now, select Register again.';
    case 'METADATA_DOCUMENT':
      return 'Check that the provider can reach the client metadata document, then select Register again.';
    default:
      return 'Compare the client ID with the one at the provider, and enter its secret again.';
  }
}
