import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface Certificate {
  cert: string;
  key: string;
}

export interface CertificateAuthority {
  /** The certificate of the authority, PEM. */
  cert: string;
  /** Issues a certificate, by default valid from yesterday to tomorrow. */
  issue(names: { dns?: string[]; ip?: string[]; from?: Date; to?: Date }): Certificate;
}

const tag = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  oid: 6,
  utf8: 12,
  utcTime: 23,
  sequence: 48,
  set: 49,
};

function der(type: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length;
  const lengthBytes =
    length < 128 ? [length] : length < 256 ? [129, length] : [130, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([type, ...lengthBytes]), body]);
}

const oids = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
};
const oid = (name: keyof typeof oids) => der(tag.oid, Buffer.from(oids[name], 'hex'));
const signatureAlgorithm = der(tag.sequence, oid('ecdsaWithSha256'));

function distinguishedName(commonName: string): Buffer {
  return der(
    tag.sequence,
    der(tag.set, der(tag.sequence, oid('commonName'), der(tag.utf8, Buffer.from(commonName)))),
  );
}

function time(date: Date): Buffer {
  return der(tag.utcTime, Buffer.from(`${date.toISOString().replaceAll(/\D/g, '').slice(2, 14)}Z`));
}

function extension(name: keyof typeof oids, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(tag.boolean, Buffer.from([255]))] : [];
  return der(tag.sequence, oid(name), ...flag, der(tag.octetString, value));
}

const day = 86_400_000;

function certificate(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signer: KeyObject,
  extensions: Buffer[],
  { from = new Date(Date.now() - day), to = new Date(Date.now() + day) }: { from?: Date; to?: Date } = {},
): string {
  const toBeSigned = der(
    tag.sequence,
    der(0xa0, der(tag.integer, Buffer.from([2]))), // version 3
    der(tag.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    signatureAlgorithm,
    distinguishedName(issuer),
    der(tag.sequence, time(from), time(to)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(tag.sequence, ...extensions)),
  );
  const signature = sign('sha256', toBeSigned, signer);
  const whole = der(
    tag.sequence,
    toBeSigned,
    signatureAlgorithm,
    der(tag.bitString, Buffer.from([0]), signature),
  );
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Creates a temporary certificate authority. It encodes X.509 (RFC 5280) itself, so tests need no tool. */
export function createCertificateAuthority(name = 'Throwaway CA'): CertificateAuthority {
  const ca = pair();
  const isCa = extension('basicConstraints', true, der(tag.sequence, der(tag.boolean, Buffer.from([255]))));
  return {
    cert: certificate(name, name, ca.publicKey, ca.privateKey, [isCa]),
    issue({ dns = [], ip = [], ...validity }) {
      const { publicKey, privateKey } = pair();
      const names = [
        ...dns.map((one) => der(0x82, Buffer.from(one))),
        ...ip.map((one) => der(0x87, Buffer.from(one.split('.').map(Number)))),
      ];
      const altNames = extension('subjectAltName', false, der(tag.sequence, ...names));
      return {
        cert: certificate('leaf', name, publicKey, ca.privateKey, [altNames], validity),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}
