import type { ServeSettings } from '../../src/app.js';
import { DiagnoseMcpServerDocument, type DiagnoseMcpServerMutation } from '../generated/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { createCertificateAuthority, type CertificateAuthority } from '../support/certificates.js';
import { startDnsServer, type DnsServer, type Zone } from '../support/dns-server.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

export type Diagnosis = DiagnoseMcpServerMutation['diagnoseMcpServer'];

/** Put into every text that a remote side sends: it must turn up nowhere. */
export const remoteText = 'REMOTE-TEXT-<script>alert(1)</script>';

/** An application with name resolution and a certificate authority of the test's own, and administrators to ask it. */
export interface Clinic {
  app: TestApp;
  admin: SignedInUser;
  /** Its names may be changed at any time. */
  zone: Zone;
  dns: DnsServer;
  authority: CertificateAuthority;
  /** The answer to `diagnoseMcpServer`, which holds nothing of what remote sides wrote. */
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
      const { diagnoseMcpServer } = await admin.graphql.data(DiagnoseMcpServerDocument, target);
      const stored = await app.sql('select * from mcp_server_diagnoses');
      expect(JSON.stringify([diagnoseMcpServer, stored])).not.toMatch(/REMOTE-TEXT|alert\(/i);
      return diagnoseMcpServer;
    },
    async close() {
      await app.close();
      await dns.close();
    },
  };
}

/** Steps as `layer name outcome`, for comparing what was done in which order. */
export function outline({ steps }: Pick<Diagnosis, 'steps'>): string[] {
  return steps.map(({ layer, name, outcome }) => `${layer} ${name}: ${outcome}`);
}
