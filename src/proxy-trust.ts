// Whose address a request came from, behind proxies or not.
//
// `X-Forwarded-For` is a list that anybody may start. Only what a configured proxy appended counts: from the right, the first address
// that is not a trusted proxy's own. Without configured proxies the header is not read at all.
import { BlockList, isIP } from "node:net";

export type ProxyTrust = {
  clientAddress(socketAddress: string | undefined, forwardedFor: string | string[] | undefined): string | undefined;
};

const headerLengthMax = 4_096;

/** `proxies` are addresses or CIDR blocks, already validated by the configuration. */
export function createProxyTrust(proxies: readonly string[]): ProxyTrust {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = "", prefix] = proxy.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return {
    clientAddress(socketAddress, forwardedFor) {
      const peer = socketAddress && plain(socketAddress);
      if (!peer || proxies.length === 0 || !isTrusted(peer)) return peer;
      const header = Array.isArray(forwardedFor) ? forwardedFor.join(",") : (forwardedFor ?? "");
      if (header.length > headerLengthMax) return peer;
      const hops = header.split(",").map((hop) => plain(withoutPort(hop.trim())));
      for (const hop of hops.reverse()) {
        if (isIP(hop) === 0) return peer;
        if (!isTrusted(hop)) return hop;
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
