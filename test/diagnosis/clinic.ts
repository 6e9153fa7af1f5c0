import type { ServeSettings } from '../../src/app.js';
import {
  DiagnoseMcpServerDocument,
  DiagnoseUrlDocument,
  type DiagnoseUrlMutation,
} from '../generated/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { createCertificateAuthority, type CertificateAuthority } from '../support/certificates.js';
import { startDnsServer, type DnsServer, type Zone } from '../support/dns-server.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

export type Diagnosis = NonNullable<DiagnoseUrlMutation['diagnoseUrl']>['diagnosis'];

/** Part of every text that a remote server sends. It must appear in no answer. */
export const remoteText = 'REMOTE-TEXT-<script>alert(1)</script>';

/** An application with the test's own name resolution and certificate authority, and an administrator. */
export interface Clinic {
  app: TestApp;
  admin: SignedInUser;
  /** Its names can be changed at any time. */
  zone: Zone;
  dns: DnsServer;
  authority: CertificateAuthority;
  /** Runs `diagnoseMcpServer` or `diagnoseUrl`, and checks that neither the answer nor the stored one contains remote text. */
  diagnose(target: { id: string } | { url: string }): Promise<Diagnosis>;
  close(): Promise<void>;
}

export async function openClinic(settings: Partial<ServeSettings> = {}): Promise<Clinic> {
  const zone: Zone = { localhost: [['127.0.0.1']] };
  const dns = await startDnsServer(zone);
  const authority = createCertificateAuthority();
  const app = await startApp({ resolver: dns.resolve, extraCa: authority.cert, ...settings });
  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  return {
    app,
    admin,
    zone,
    dns,
    authority,
    async diagnose(target) {
      const { diagnosis } =
        'id' in target
          ? (await admin.graphql.data(DiagnoseMcpServerDocument, target)).diagnoseMcpServer
          : (await admin.graphql.data(DiagnoseUrlDocument, { input: target })).diagnoseUrl;
      const stored = await app.sql('select * from mcp_server_diagnoses');
      expect(JSON.stringify([diagnosis, stored])).not.toMatch(/REMOTE-TEXT|alert\(/i);
      return diagnosis;
    },
    async close() {
      await app.close();
      await dns.close();
    },
  };
}

/** Formats the steps as `layer name: outcome`. */
export function outline({ steps }: Pick<Diagnosis, 'steps'>): string[] {
  return steps.map(({ layer, name, outcome }) => `${layer} ${name}: ${outcome}`);
}
