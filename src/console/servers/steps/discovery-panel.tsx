import { useEffect, useRef, useState } from 'react';
import { GraphqlFailure } from '../../graphql/client.js';
import { endSession } from '../../graphql/session-state.js';
import { Button } from '../../ui/form/button.js';
import { FailureMessage } from '../../ui/form/failure-message.js';
import { discover, type Discovery, type DiscoveryStep } from './discovery.js';
import styles from '../parts/servers.module.css';
import { StepList } from '../parts/step-list.js';

type State =
  | { is: 'IDLE' }
  | { is: 'RUNNING'; steps: DiscoveryStep[] }
  | { is: 'FOUND'; steps: DiscoveryStep[]; discovery: Discovery }
  | { is: 'FAILED'; steps: DiscoveryStep[]; failure: GraphqlFailure };

/** Discovers how the server at a URL authorizes requests, and shows each step as it completes. */
export function DiscoveryPanel({
  url,
  redirectUri,
  onFound,
  onFailure,
}: {
  url: string;
  redirectUri: string;
  onFound: (discovery: Discovery) => void;
  /** Receives the failure of the last run, for the form's fields. Null when a run starts. */
  onFailure: (failure: GraphqlFailure | null) => void;
}) {
  const [state, setState] = useState<State>({ is: 'IDLE' });
  const running = useRef<AbortController>();
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    running.current?.abort();
    const { signal } = (running.current = new AbortController());
    const steps: DiscoveryStep[] = [];
    setState({ is: 'RUNNING', steps });
    onFailure(null);
    try {
      const onStep = (step: DiscoveryStep) => {
        steps.push(step);
        setState({ is: 'RUNNING', steps: [...steps] });
      };
      const discovery = await discover(url, onStep, signal);
      setState({ is: 'FOUND', steps, discovery });
      onFound(discovery);
    } catch (error) {
      if (signal.aborted || !(error instanceof GraphqlFailure)) return;
      if (error.code === 'UNAUTHENTICATED') endSession();
      setState({ is: 'FAILED', steps, failure: error });
      onFailure(error);
    }
  };

  const isRunning = state.is === 'RUNNING';
  return (
    <div className={styles.panel}>
      <div className={styles.row}>
        <Button isBusy={isRunning} aria-disabled={url.trim() === ''} onClick={() => url.trim() && void run()}>
          {isRunning ? 'Discovering…' : 'Discover'}
        </Button>
        <span className={styles.quiet}>
          Detects how the server authorizes requests, without saving anything.
        </span>
      </div>
      {state.is !== 'IDLE' && <StepList steps={state.steps} isRunning={isRunning} />}
      <div role="status">
        {state.is === 'FOUND' && <DiscoveryResult discovery={state.discovery} redirectUri={redirectUri} />}
      </div>
      {state.is === 'FAILED' && <FailureMessage failure={state.failure} summary="Discovery failed." />}
    </div>
  );
}

function DiscoveryResult({ discovery, redirectUri }: { discovery: Discovery; redirectUri: string }) {
  const { requiresAuthorization, issuer, scopes, registration } = discovery;
  if (issuer === '') {
    return (
      <div className={styles.success}>
        <p>This server requires no authorization.</p>
      </div>
    );
  }
  return (
    <div className={styles.success}>
      <p>
        {requiresAuthorization ? 'Users connect' : 'Authorization is optional. Users can connect'} at{' '}
        <b>{issuer}</b>
        {scopes && (
          <>
            {' '}
            with the scopes <code>{scopes}</code>
          </>
        )}
        .
      </p>
      {registration === 'MANUAL' ? (
        <p>
          This provider doesn’t support automatic registration. Register a client manually with the redirect
          URI <code>{redirectUri}</code>, then enter its client ID and secret below.
        </p>
      ) : (
        <p>Switchboard registers a client automatically when you save.</p>
      )}
    </div>
  );
}
