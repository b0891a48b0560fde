// Under what name a client is counted outside this process.
//
// A digest, so that no address and no subject is written down there in clear. It hides neither from somebody who can try them all:
// a key lives two minutes at the most.

/** The same for every process: 32 hexadecimal digits of SHA-256 over policy and client. */
export async function clientKeyOf(policy: string, client: string): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([policy, client]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text), 0, 16);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
