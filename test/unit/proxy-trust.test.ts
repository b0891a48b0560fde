import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createProxyTrust } from "../../src/entries/proxy-trust.ts";

const client = "198.51.100.7";
const spoofed = "203.0.113.99";

describe("without configured proxies", () => {
  const trust = createProxyTrust([]);

  it.each([undefined, "", client, `${spoofed}, ${client}`, "127.0.0.1", "junk"])(
    "takes the socket's address, whatever the header says: %s",
    (header) => {
      expect(trust.clientAddress("192.0.2.1", header)).toBe("192.0.2.1");
      expect(trust.clientAddress("2001:db8::1", header)).toBe("2001:db8::1");
    },
  );

  it("knows no address of a socket that has gone", () => {
    expect(trust.clientAddress(undefined, client)).toBeUndefined();
    expect(createProxyTrust(["0.0.0.0/0"]).clientAddress(undefined, client)).toBeUndefined();
  });
});

describe("a proxy that is not configured", () => {
  it.each([[], ["192.0.2.1"]])("is reported once, when it is on a private address; configured: %s", (...proxies) => {
    let count = 0;
    const trust = createProxyTrust(proxies, () => void (count += 1));
    trust.clientAddress("198.51.100.1", client);
    trust.clientAddress("10.1.2.3", undefined);
    expect(count).toBe(0);
    for (const peer of ["10.1.2.3", "::ffff:192.168.0.1", "::1", "fd00::5"]) trust.clientAddress(peer, client);
    expect(count).toBe(1);
  });
});

describe("behind configured proxies", () => {
  const trust = createProxyTrust(["192.0.2.1", "10.0.0.0/8", "2001:db8:1::/48", "fd00::5"]);

  it.each([
    ["one IPv4 proxy", "192.0.2.1", client, client],
    ["a proxy within a block", "10.255.0.9", client, client],
    ["an IPv6 proxy", "fd00::5", client, client],
    ["a proxy within an IPv6 block", "2001:db8:1:ffff::1", client, client],
    ["an IPv4 proxy on an IPv6 socket", "::ffff:192.0.2.1", client, client],
    ["a proxy with an IPv6 client", "192.0.2.1", "2001:db8:9::7", "2001:db8:9::7"],
    ["an IPv4 client as IPv6", "192.0.2.1", `::ffff:${client}`, client],
    ["a chain of proxies", "192.0.2.1", `${client}, 10.1.2.3, fd00::5`, client],
    ["an address with its port", "192.0.2.1", `${client}:4711, 10.1.2.3:80`, client],
    ["an IPv6 address with its port", "192.0.2.1", "[2001:db8:9::7]:4711", "2001:db8:9::7"],
    ["an IPv6 address in brackets", "192.0.2.1", "[2001:db8:9::7]", "2001:db8:9::7"],
    ["white space", "192.0.2.1", `  ${client}\t,10.1.2.3 `, client],
  ])("takes what the proxies appended: %s", (_, peer, header, address) => {
    expect(trust.clientAddress(peer, header)).toBe(address);
  });

  it.each([
    ["a neighbour of the one proxy", "192.0.2.2"],
    ["an address outside of the block", "11.0.0.1"],
    ["an IPv6 address outside of the block", "2001:db8:2::1"],
    ["a client itself", client],
  ])("does not read the header of %s", (_, peer) => {
    expect(trust.clientAddress(peer, spoofed)).toBe(peer);
    expect(trust.clientAddress(peer, `${spoofed}, 10.0.0.1`)).toBe(peer);
  });

  it.each([
    `${spoofed}, ${client}`,
    `127.0.0.1, ${client}`,
    `10.0.0.1, ${client}`,
    `192.0.2.1, ${spoofed}, ${client}`,
    `${spoofed}, ${client}, 10.0.0.1`,
    `junk, <script>, , ${client}`,
    `${"1.1.1.1, ".repeat(100)}${client}`,
  ])("takes nothing that the client wrote itself: %s", (header) => {
    expect(trust.clientAddress("192.0.2.1", header)).toBe(client);
  });

  it("reads several headers as one list", () => {
    expect(trust.clientAddress("192.0.2.1", [spoofed, `${client}, 10.0.0.1`])).toBe(client);
  });

  it.each([
    undefined,
    "",
    ",",
    "unknown",
    "_hidden",
    `${client}:4711:1`,
    `${client}:port`,
    "[2001:db8::1",
    "[]:443",
    "2001:db8::g",
    "300.1.1.1",
    "0177.0.0.1",
    "1.2.3",
    "10.0.0.1",
    `${client}, junk`,
    `${client}, junk, 10.0.0.1`,
    "fe80::1%eth0, \u0000",
  ])("falls back to the proxy's own address where there is no client's: %s", (header) => {
    expect(trust.clientAddress("192.0.2.1", header)).toBe("192.0.2.1");
  });

  it("reads what the proxy appended, however much stands before it", () => {
    expect(trust.clientAddress("192.0.2.1", `${"1.1.1.1,".repeat(600)}${client}`)).toBe(client);
  });

  it("gives the last address that no proxy has, or the peer, and never throws", () => {
    const hop = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("10.9.9.9", "fd00::5", "fe80::1%eth0"), fc.string());
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 6 }), fc.ipV4(), (hops, last) => {
        fc.pre(!last.startsWith("10.") && last !== "192.0.2.1");
        expect(trust.clientAddress("192.0.2.1", [...hops, last].join(", "))).toBe(last);
        expect(typeof trust.clientAddress("192.0.2.1", hops.join(", "))).toBe("string");
      }),
    );
  });
});

it("trusts everybody where everybody is configured, and then believes the first in the list of nobody", () => {
  const trust = createProxyTrust(["0.0.0.0/0", "::/0"]);
  expect(trust.clientAddress("192.0.2.1", `${spoofed}, ${client}`)).toBe("192.0.2.1");
});
