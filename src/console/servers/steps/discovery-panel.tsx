import { useEffect, useRef, useState } from 'react';
import { GraphqlFailure } from '../../graphql/client.js';
import { sessionEnded } from '../../graphql/session-state.js';
import { Button } from '../../ui/form/button.js';
import { discover, type Discovery, type DiscoveryStep } from './discovery.js';
import { Problem } from '../parts/problem.js';
import styles from '../parts/servers.module.css';
import { StepList } from '../parts/step-list.js';

type State =
  | { is: 'IDLE' }
  | { is: 'RUNNING'; steps: DiscoveryStep[] }
  | { is: 'FOUND'; steps: DiscoveryStep[]; discovery: Discovery }
  | { is: 'FAILED'; steps: DiscoveryStep[]; failure: GraphqlFailure };

/** Asks the server at an address how it wants to be authorized, shows each step as it is made, and what was found. */
export function DiscoveryPanel({
  url,
  redirectUri,
  onFound,
}: {
  url: string;
  redirectUri: string;
  onFound: (discovery: Discovery) => void;
}) {
  const [state, setState] = useState<State>({ is: 'IDLE' });
  const running = useRef<AbortController>();
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    running.current?.abort();
    const { signal } = (running.current = new AbortController());
    const steps: DiscoveryStep[] = [];
    setState({ is: 'RUNNING', steps });
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
      if (error.code === 'UNAUTHENTICATED') sessionEnded();
      setState({ is: 'FAILED', steps, failure: error });
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
          Asks the server how it wants to be authorized. Nothing is stored.
        </span>
      </div>
      {state.is !== 'IDLE' && <StepList steps={state.steps} isRunning={isRunning} />}
      <div role="status">
        {state.is === 'FOUND' && <Found discovery={state.discovery} redirectUri={redirectUri} />}
      </div>
      {state.is === 'FAILED' && <Problem failure={state.failure} />}
    </div>
  );
}

function Found({ discovery, redirectUri }: { discovery: Discovery; redirectUri: string }) {
  const { requiresAuthorization, issuer, scopes, registration } = discovery;
  if (issuer === '') {
    return (
      <div className={styles.finding}>
        <p>The server is open: nobody needs an account.</p>
      </div>
    );
  }
  return (
    <div className={styles.finding}>
      <p>
        {requiresAuthorization ? 'People connect' : 'The server is open, but people can also connect'} at{' '}
        <b>{issuer}</b>
        {scopes && (
          <>
            , asking for <code>{scopes}</code>
          </>
        )}
        .
      </p>
      {registration === 'MANUAL' ? (
        <p>
          This provider does not let clients register themselves. Create an OAuth app there with the redirect
          URI <code>{redirectUri}</code>, and enter its client id and secret below.
        </p>
      ) : (
        <p>Switchboard makes itself known there when you save: there is nothing to register by hand.</p>
      )}
    </div>
  );
}
