// Workers KV as a fleet of locations sees it: a write shows elsewhere up to a minute later, and so does the first write after a
// look-up that found nothing. It refuses what the platform refuses, and may throw, hang, be slow or return junk.
import type { Clock, Random } from "../../src/ground/runtime.ts";
import { asKvNamespace, checkKvPut } from "./store-rig.ts";

export type KvFaultKind = "none" | "throw" | "hang" | "slow" | "junk";

export type FleetKv = {
  at(location: number): KVNamespace;
  setFaults(kind: KvFaultKind, share: number): void;
};

type Row = { value: ArrayBuffer; metadata: unknown; expiresAt: number };
type Write = Row & { visibleAt: number[] };

/** Half of the minute is spent on the way between locations, the other half in the reader's edge cache. */
const lagMsMax = 30_000;

export function createFleetKv(clock: Clock, random: Random, locations: number): FleetKv {
  const writes = new Map<string, Write[]>();
  const lastWriteAt = new Map<string, number>();
  let faults: { kind: KvFaultKind; share: number } = { kind: "none", share: 0 };
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));

  /** Goes wrong as told; answers whether what is returned must be junk. */
  async function travel(): Promise<boolean> {
    const kind = random() < faults.share ? faults.kind : "none";
    if (kind === "hang") await new Promise<void>(() => undefined);
    await wait(kind === "slow" ? random() * 600 : random() * 15);
    if (kind === "throw") throw new Error("KV GET failed: 500 Internal Server Error");
    return kind === "junk";
  }

  const spoil = (row: Row): Row => {
    const chance = random();
    if (chance < 0.3) return { ...row, metadata: null };
    if (chance < 0.6) return { ...row, value: row.value.slice(1) };
    const other = [...writes.values()].flat().at(Math.floor(random() * writes.size));
    return { ...(other ?? row), metadata: row.metadata };
  };

  return {
    setFaults: (kind, share) => void (faults = { kind, share }),
    at(location) {
      const edge = new Map<string, { row: Row | undefined; until: number }>();
      const look = (key: string, cacheTtl: number): Row | undefined => {
        const now = clock.now();
        const known = edge.get(key);
        if (known && now < known.until) return known.row;
        const row = writes
          .get(key)
          ?.findLast(({ visibleAt, expiresAt }) => (visibleAt[location] ?? 0) <= now && now < expiresAt);
        edge.set(key, { row, until: now + cacheTtl * 1_000 });
        return row;
      };
      return asKvNamespace({
        async getWithMetadata(key, { cacheTtl }) {
          const isJunk = await travel();
          const found = look(key, cacheTtl);
          const row = found && isJunk ? spoil(found) : found;
          return { value: row?.value.slice(0) ?? null, metadata: row?.metadata ?? null, cacheStatus: null };
        },
        async put(key, body, { expirationTtl, metadata }) {
          checkKvPut(expirationTtl, metadata);
          const row = { value: Uint8Array.from(body).buffer, metadata: structuredClone(metadata) };
          await travel();
          const now = clock.now();
          if (now - (lastWriteAt.get(key) ?? -Infinity) < 1_000)
            throw new Error("KV PUT failed: 429 Too Many Requests");
          lastWriteAt.set(key, now);
          const visibleAt = Array.from({ length: locations }, () => now + Math.round(random() * lagMsMax));
          const history = writes.get(key) ?? [];
          history.push({ ...row, expiresAt: now + expirationTtl * 1_000, visibleAt });
          writes.set(key, history.slice(-50));
        },
      });
    },
  };
}
