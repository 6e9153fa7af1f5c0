import { requireAdmin } from '../identity/viewer.js';
import { FieldRules } from '../servers/settings/field-rules.js';
import type { ServersDeps } from '../servers/servers.js';
import { getStoredServer } from '../servers/store/stored-server.js';
import type { Diagnosis, DiagnosisFailure } from './diagnosis.js';
import {
  createDiagnosisLoader,
  storeDiagnosis,
  databaseTime,
  type DiagnosisLoader,
} from './diagnosis-store.js';
import { DiagnosisRun, type DiagnosisRunDeps } from './diagnosis-run.js';

export type DiagnosesDeps = DiagnosisRunDeps & Pick<ServersDeps, 'discoveryLimit'>;

interface TimeLimit {
  withinMs?: number;
}

/**
 * Diagnoses MCP servers step by step, for administrators. A diagnosis registers a client only where the
 * provider has lost the stored one, and takes at most `withinMs`.
 */
export class Diagnoses {
  readonly #deps: DiagnosesDeps;

  constructor(deps: DiagnosesDeps) {
    this.#deps = deps;
  }

  /**
   * Diagnoses a stored server, which may be disabled, and stores the diagnosis.
   * @throws FORBIDDEN unless the viewer is an administrator; NOT_FOUND, RATE_LIMITED
   */
  async diagnoseServer(id: string, { withinMs = 60_000 }: TimeLimit = {}): Promise<Diagnosis> {
    const { viewer, discoveryLimit } = this.#deps;
    requireAdmin(viewer);
    return discoveryLimit.run(viewer.userId, () => this.#diagnoseServer(id, withinMs));
  }

  /**
   * Diagnoses a URL and stores nothing.
   * @throws FORBIDDEN unless the viewer is an administrator; BAD_USER_INPUT, RATE_LIMITED
   */
  async diagnoseUrl(url: string, { withinMs = 60_000 }: TimeLimit = {}): Promise<Diagnosis> {
    const { viewer, discoveryLimit } = this.#deps;
    requireAdmin(viewer);
    const valid = this.#validUrl(url);
    return discoveryLimit.run(viewer.userId, () => this.#diagnoseUrl(valid, withinMs));
  }

  /** Creates a loader that reads the diagnoses of a list with one statement. Call it for administrators only. */
  loader(): DiagnosisLoader {
    return createDiagnosisLoader(this.#deps.em);
  }

  async #diagnoseServer(id: string, withinMs: number): Promise<Diagnosis> {
    const { em } = this.#deps;
    const startedAt = await databaseTime(em);
    const server = await getStoredServer(em, id);
    const { url, version } = server;
    const result = await this.#run(url, withinMs, (run) => run.checkServer(server));
    const diagnosis = { ...result, startedAt: new Date(startedAt).toISOString(), url, version };
    await storeDiagnosis(em, id, startedAt, diagnosis);
    return diagnosis;
  }

  async #diagnoseUrl(url: string, withinMs: number): Promise<Diagnosis> {
    const startedAt = new Date().toISOString();
    const result = await this.#run(url, withinMs, (run) => run.checkUrl());
    return { ...result, startedAt, url, version: null };
  }

  async #run(
    url: string,
    withinMs: number,
    check: (run: DiagnosisRun) => Promise<DiagnosisFailure | null>,
  ): Promise<Pick<Diagnosis, 'durationMs' | 'steps' | 'failure' | 'transport'>> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(withinMs);
    const run = new DiagnosisRun(this.#deps, url, signal);
    const failure = await Promise.race([check(run), timedOut(signal, withinMs)]);
    const durationMs = Math.round(performance.now() - startedAt);
    // A copy, since checks that are still running add steps.
    return { durationMs, steps: [...run.steps], failure, transport: run.transport };
  }

  #validUrl(url: string): string {
    const rules = new FieldRules(this.#deps.outbound);
    const valid = rules.read('url', url);
    rules.throwMistakes();
    return valid;
  }
}

function timedOut(signal: AbortSignal, withinMs: number): Promise<DiagnosisFailure> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () =>
      resolve({
        layer: 'HTTP',
        responsibleParty: 'NETWORK',
        message: `The diagnosis did not finish within ${withinMs / 1000} seconds.`,
        remedy:
          'Find the slow steps (durationMs), and contact the operators of those servers or of the network.',
      }),
    );
  });
}
