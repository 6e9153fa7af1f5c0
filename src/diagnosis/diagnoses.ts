import { badUserInput } from '../errors.js';
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

export interface DiagnosisTarget {
  id?: string | null;
  url?: string | null;
}

/** What is between here and MCP servers, looked at step by step, for administrators. */
export class Diagnoses {
  readonly #deps: DiagnosesDeps;

  constructor(deps: DiagnosesDeps) {
    this.#deps = deps;
  }

  /**
   * Looks at a stored server, a disabled one too, or at an address; exactly one of them. What is found of a server is
   * kept. It registers nothing, and takes `withinMs` at most.
   * @throws FORBIDDEN for anybody but administrators; BAD_USER_INPUT, NOT_FOUND, RATE_LIMITED
   */
  async diagnose({ id, url }: DiagnosisTarget, { withinMs = 60_000 } = {}): Promise<Diagnosis> {
    const { viewer, discoveryLimit } = this.#deps;
    requireAdmin(viewer);
    if ((id == null) === (url == null)) {
      throw badUserInput([{ path: 'id', message: 'give exactly one of id and url' }]);
    }
    if (id != null) return discoveryLimit.run(viewer.userId, () => this.#diagnoseServer(id, withinMs));
    const checked = this.#checkedUrl(url ?? '');
    return discoveryLimit.run(viewer.userId, () => this.#diagnoseUrl(checked, withinMs));
  }

  /** What is kept of servers' diagnoses, in one statement for a list of any length; only ever ask for an administrator. */
  loader(): DiagnosisLoader {
    return createDiagnosisLoader(this.#deps.em);
  }

  async #diagnoseServer(id: string, withinMs: number): Promise<Diagnosis> {
    const { em } = this.#deps;
    const startedAt = await databaseTime(em);
    const server = await getStoredServer(em, id);
    const { url, version } = server;
    const made = await this.#investigate(url, withinMs, (diagnosisRun) => diagnosisRun.ofServer(server));
    const diagnosis = { ...made, startedAt: new Date(startedAt).toISOString(), url, version };
    await storeDiagnosis(em, id, startedAt, diagnosis);
    return diagnosis;
  }

  async #diagnoseUrl(url: string, withinMs: number): Promise<Diagnosis> {
    const startedAt = new Date().toISOString();
    const made = await this.#investigate(url, withinMs, (diagnosisRun) => diagnosisRun.ofUrl());
    return { ...made, startedAt, url, version: null };
  }

  async #investigate(
    url: string,
    withinMs: number,
    look: (diagnosisRun: DiagnosisRun) => Promise<DiagnosisFailure | null>,
  ): Promise<Pick<Diagnosis, 'durationMs' | 'steps' | 'failure'>> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(withinMs);
    const diagnosisRun = new DiagnosisRun(this.#deps, url, signal);
    const failure = await Promise.race([look(diagnosisRun), tooLong(signal, withinMs)]);
    const durationMs = Math.round(performance.now() - startedAt);
    // What is still under way notes its steps to nobody.
    return { durationMs, steps: [...diagnosisRun.steps], failure };
  }

  #checkedUrl(url: string): string {
    const rules = new FieldRules(this.#deps.outbound);
    const checked = rules.read('url', url);
    rules.throwMistakes();
    return checked;
  }
}

function tooLong(signal: AbortSignal, withinMs: number): Promise<DiagnosisFailure> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () =>
      resolve({
        layer: 'HTTP',
        responsibleParty: 'NETWORK',
        message: `Not everything was answered within ${withinMs / 1000} seconds.`,
        remedy:
          'See which steps took long (durationMs), and have whoever runs those servers, or the network, look into it.',
      }),
    );
  });
}
