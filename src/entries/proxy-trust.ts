// Whose address a request came from, behind proxies or not.
//
// `X-Forwarded-For` is a list that anybody may start. Only what a configured proxy appended counts: from the right, the first address
// that is not a trusted proxy's own. Without configured proxies the header is not read at all.
import { BlockList, isIP } from "node:net";

export type ProxyTrust = {
  clientAddress(socketAddress: string | undefined, forwardedFor: string | string[] | undefined): string | undefined;
};

/** More proxies in a row than anybody has, and more characters than an address with a port and blanks. */
const hopsMax = 32;
const hopLengthMax = 128;

/** Networks in which a proxy of one's own is, as a rule. */
const privateNetworks = new BlockList();
privateNetworks.addSubnet("10.0.0.0", 8, "ipv4");
privateNetworks.addSubnet("172.16.0.0", 12, "ipv4");
privateNetworks.addSubnet("192.168.0.0", 16, "ipv4");
privateNetworks.addSubnet("127.0.0.0", 8, "ipv4");
privateNetworks.addSubnet("fc00::", 7, "ipv6");
privateNetworks.addAddress("::1", "ipv6");

/**
 * `proxies` are addresses or CIDR blocks, already validated by the configuration. `reportUntrusted` is called once, when a request comes
 * through what must be a proxy that is not among them: all its clients then share one limit.
 */
export function createProxyTrust(proxies: readonly string[], reportUntrusted = () => {}): ProxyTrust {
  let isReported = false;
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = "", prefix] = proxy.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  const isPrivate = (address: string) => privateNetworks.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return {
    clientAddress(socketAddress, forwardedFor) {
      const peer = socketAddress && plain(socketAddress);
      if (!peer || proxies.length === 0 || !isTrusted(peer)) {
        if (!isReported && peer && forwardedFor !== undefined && isPrivate(peer)) {
          isReported = true;
          reportUntrusted();
        }
        return peer;
      }
      const header = Array.isArray(forwardedFor) ? forwardedFor.join(",") : (forwardedFor ?? "");
      // From the right, where the proxies append: whatever a client wrote before that is never read, however long it is.
      let end = header.length;
      for (let count = 0; count < hopsMax && end >= 0; count += 1) {
        const start = header.lastIndexOf(",", end - 1);
        const hop = end - start > hopLengthMax ? "" : plain(withoutPort(header.slice(start + 1, end).trim()));
        if (isIP(hop) === 0) return peer;
        if (!isTrusted(hop)) return hop;
        end = start;
      }
      return peer;
    },
  };
}

/** Some proxies append the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (hop: string) =>
  /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(hop)?.slice(1).find(Boolean) ?? hop;

/** An IPv4 address that came in over an IPv6 socket, as IPv4. */
function plain(address: string): string {
  return address.toLowerCase().startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
