// What can be said of a webhook's address, and of the setting that makes the service listen there, without asking anybody.
import { webhookPath } from "../../src/http/webhook-route.ts";
import type { Finding } from "./findings.ts";

const check = "--url";
const right = `use https://<host of the service>${webhookPath}`;

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);

/** `isSimulated`: the upstream is on this machine as well, and so can reach what is. */
export function addressFindings(url: URL, { isSimulated }: { isSimulated: boolean }): Finding[] {
  const findings: Finding[] = [];
  const fail = (what: string, fix: string) => findings.push({ level: "fail", check, what, fix });
  const isHere = isLoopback(url);
  if (isHere && !isSimulated) fail("is on this machine, where RealtimeKit can't reach it", right);
  else if (url.protocol !== "https:" && !isHere)
    fail("is not https: who posts there can't be sure of the service", right);
  if (url.pathname !== webhookPath || url.search !== "" || url.hash !== "") {
    fail("does not have the path at which the service takes webhooks", right);
  }
  if (url.username !== "" || url.password !== "") fail("holds a login, which is not sent along", right);
  if (findings.length > 0) return findings;
  return isHere
    ? [{ level: "note", check, what: "is on this machine: only a simulator here reaches it" }]
    : [{ level: "ok", check, what: "is https, with the path at which the service takes webhooks" }];
}

/** `isOn`: the setting WEBHOOKS. */
export function switchFinding(isOn: boolean): Finding {
  const switched = { check: "WEBHOOKS" };
  if (isOn) return { level: "ok", ...switched, what: "is on: the service takes webhooks" };
  return {
    level: "fail",
    ...switched,
    what: "is off: the service has no such address, and every event is lost",
    fix: "set WEBHOOKS=on where the service runs, and deploy",
  };
}
