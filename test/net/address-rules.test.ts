import { AddressRules, isLoopback } from '../../src/net/address-rules.js';

const nothingListed = new AddressRules([]);

describe('without allowed addresses', () => {
  test.each([
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '168.63.129.15',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '2606:4700:4700::1111',
    '2a00:1450:4001:830::200e',
  ])('permits the public address %s', (address) => {
    expect(nothingListed.permits(address)).toBe(true);
  });

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['unspecified', '::'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['carrier-grade NAT', '100.127.255.255'],
    ['metadata', '169.254.169.254'],
    ['metadata', 'fd00:ec2::254'],
    ['metadata at a public address', '168.63.129.16'],
    ['metadata (carrier-grade NAT)', '100.100.100.200'],
    ['link-local', '169.254.0.1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%lo'],
    ['a public address with a zone', '2606:4700:4700::1111%eth0'],
    ['site-local', 'fec0::1'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fdff:ffff::1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.250'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['IETF protocol assignments', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['benchmarking', '198.18.0.1'],
    ['benchmarking', '2001:2::1'],
    ['6to4 relay', '192.88.99.1'],
    ['discard', '100::1'],
    ['ORCHID', '2001:20::1'],
    ['segment routing', '5f00::1'],
    ['outside global unicast', '4000::1'],
    ['outside global unicast', 'e000::1'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped loopback in hex', '::ffff:7f00:1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['mapped public', '::ffff:1.1.1.1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible public', '::1.1.1.1'],
    ['NAT64 of loopback', '64:ff9b::127.0.0.1'],
    ['NAT64 of metadata', '64:ff9b::a9fe:a9fe'],
    ['NAT64 of a public address', '64:ff9b::1.1.1.1'],
    ['local NAT64', '64:ff9b:1::127.0.0.1'],
    ['local NAT64', '64:ff9b:1:ffff::1'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['6to4 of private', '2002:a00:1::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['not an address', 'localhost'],
    ['not an address', ''],
    ['an address in odd notation', '0x7f.1'],
    ['an address in odd notation', '2130706433'],
    ['an address and more', '1.1.1.1 '],
  ])('refuses %s: %s', (_kind, address) => {
    expect(nothingListed.permits(address)).toBe(false);
  });
});

describe('with allowed addresses', () => {
  test.each([
    ['10.1.0.0/16', '10.1.2.3', true],
    ['10.1.0.0/16', '10.2.0.1', false],
    ['10.1.2.3/32', '10.1.2.3', true],
    ['10.1.2.3/32', '10.1.2.2', false],
    ['127.0.0.1/32', '127.0.0.2', false],
    ['127.0.0.1/32', '::1', false],
    ['127.0.0.0/8', '::ffff:127.0.0.1', true],
    ['127.0.0.0/8', '::ffff:10.0.0.1', false],
    ['127.0.0.0/8', '::127.0.0.1', false],
    ['127.0.0.0/8', '64:ff9b::127.0.0.1', false],
    ['127.0.0.0/8', '2002:7f00:1::', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fc12::1', false],
    ['64:ff9b::/96', '64:ff9b::1.1.1.1', true],
    ['64:ff9b::/96', '64:ff9b::127.0.0.1', false],
    ['64:ff9b::/96', '64:ff9b::169.254.169.254', false],
    ['fe80::/10', 'fe80::1', true],
    ['fe80::/10', 'fe80::1%lo', false],
  ])('%s: %s is permitted: %s', (cidr, address, permitted) => {
    expect(new AddressRules([cidr]).permits(address)).toBe(permitted);
  });

  test.each([
    ['169.254.0.0/16', '169.254.169.254'],
    ['169.254.0.0/16', '169.254.170.2'],
    ['169.254.0.0/16', '169.254.170.23'],
    ['169.254.0.0/16', '169.254.42.42'],
    ['169.254.0.0/16', '169.254.0.23'],
    ['0.0.0.0/0', '::ffff:169.254.169.254'],
    ['::/0', '::ffff:a9fe:a9fe'],
    ['fd00::/8', 'fd00:ec2::254'],
    ['fd00::/8', 'fd00:ec2:0:0:0:0:0:23'],
    ['fd20::/16', 'fd20:ce::254'],
    ['fe80::/10', 'fe80::a9fe:a9fe'],
    ['168.63.0.0/16', '168.63.129.16'],
    ['100.64.0.0/10', '100.100.100.200'],
    ['192.0.0.0/24', '192.0.0.192'],
    ['64:ff9b::/96', '64:ff9b::168.63.129.16'],
    ['2002::/16', '2002:a9fe:a9fe::1'],
    ['::/0', '2002:a83f:8110::'],
  ])('%s: the metadata service %s stays refused', (cidr, address) => {
    const rules = new AddressRules([cidr]);
    expect([rules.permits(address), rules.lists(address)]).toEqual([false, false]);
  });

  test.each(['169.254.169.254/32', 'fd00:ec2::254/128', '168.63.129.16/32', '::ffff:169.254.169.254/128'])(
    'refuses to allow the metadata service %s',
    (cidr) => {
      expect(() => new AddressRules([cidr])).toThrow(/metadata service/);
    },
  );

  test('permits a private address behind NAT64 only if both are allowed', () => {
    expect(new AddressRules(['64:ff9b::/96', '10.0.0.0/8']).permits('64:ff9b::10.0.0.1')).toBe(true);
    expect(new AddressRules(['64:ff9b::/96', '10.0.0.0/8']).permits('64:ff9b::192.168.0.1')).toBe(false);
  });

  test.each([
    '10/8',
    '10.0.0.0',
    '0x7f.0.0.0/8',
    '10.0.0.0/33',
    'fd00::/129',
    'internal',
    '',
    '10.0.0.0/8/8',
    '/8',
  ])('rejects %j as an allowed block', (cidr) => {
    expect(() => new AddressRules([cidr])).toThrow(/^allowedPrivateCidrs: .* is not an address block/);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::2', false],
  ['10.0.0.1', false],
  ['localhost', false],
])('%s is a loopback address: %s', (address, own) => {
  expect(isLoopback(address)).toBe(own);
});
