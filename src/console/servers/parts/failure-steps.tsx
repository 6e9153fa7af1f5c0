import type { GraphqlFailure } from '../../graphql/client.js';
import { StepList, type Step } from './step-list.js';

/** The steps of a failed discovery or registration, if the failure has any. */
export function FailureSteps({ failure }: { failure: GraphqlFailure | null }) {
  const { steps } = (failure?.details ?? {}) as { steps?: Step[] };
  return steps ? <StepList steps={steps} /> : null;
}
