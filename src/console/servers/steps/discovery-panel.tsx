import { useEffect, useRef, useState } from 'react';
import { GraphqlFailure } from '../../graphql/client.js';
import { endSession } from '../../graphql/session-state.js';
import { Button } from '../../ui/form/button.js';
import { FailureMessage } from '../../ui/form/failure-message.js';
import { discover, type Discovery, type DiscoveryStep, type DiscoveryTarget } from './discovery.js';
import styles from '../parts/servers.module.css';
import { StepList } from '../parts/step-list.js';
import { inLabels } from '../parts/wording.js';

/** A setting that discovery suggests. */
export type Suggestion = { url: string } | { authType: 'API_KEY' };

type State =
  | { is: 'IDLE' }
  | { is: 'RUNNING'; steps: DiscoveryStep[] }
  | { is: 'FOUND'; steps: DiscoveryStep[]; discovery: Discovery }
  | { is: 'FAILED'; steps: DiscoveryStep[]; failure: GraphqlFailure };

/** Discovers how the server at a URL authorizes requests, and shows each step as it completes. */
export function DiscoveryPanel({
  target,
  redirectUri,
  onFound,
  onFailure,
  onSuggestion,
}: {
  target: DiscoveryTarget;
  redirectUri: string;
  onFound: (discovery: Discovery) => void;
  /** Receives the failure of the last run, for the form's fields. Null when a run starts. */
  onFailure: (failure: GraphqlFailure | null) => void;
  /** Called when the administrator accepts a suggested setting. */
  onSuggestion: (setting: Suggestion) => void;
}) {
  const { url } = target;
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
      const discovery = await discover(target, onStep, signal);
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
        {state.is === 'FOUND' && <SuggestedUrl url={state.discovery.suggestedUrl} accept={onSuggestion} />}
      </div>
      {state.is === 'FAILED' && (
        <FailureMessage failure={state.failure} summary="Discovery failed." rephrase={inLabels}>
          <SuggestedUrl url={state.failure.details.suggestedUrl} accept={onSuggestion} />
          {state.failure.details.suggestedAuthType === 'API_KEY' && (
            <p>
              <Button onClick={() => onSuggestion({ authType: 'API_KEY' })}>Use an API key</Button>
            </p>
          )}
        </FailureMessage>
      )}
    </div>
  );
}

/** A button that enters the address that the server redirects to. Renders nothing without one. */
function SuggestedUrl({ url, accept }: { url: unknown; accept: (setting: Suggestion) => void }) {
  if (typeof url !== 'string') return null;
  return (
    <p className={styles.row}>
      <span>
        The server redirects to <code>{url}</code>.
      </span>
      <Button onClick={() => accept({ url })}>Use this URL</Button>
    </p>
  );
}

function DiscoveryResult({ discovery, redirectUri }: { discovery: Discovery; redirectUri: string }) {
  const { requiresAuthorization, issuer, scopes, registration, transport } = discovery;
  const older = transport === 'SSE' && <p>The server speaks only the older transport, so it is selected.</p>;
  if (issuer === '') {
    return (
      <div className={styles.success}>
        <p>This server requires no authorization.</p>
        {older}
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
      {older}
    </div>
  );
}
