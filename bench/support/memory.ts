// What memory a process of the product has left after forced collections. It was started with `collect.ts`.

export type Memory = {
  /** Resident: the least of three seconds. */
  rssBytes: number;
  /** In use of the heap. */
  heapBytes: number;
};

export type MemoryReader = {
  /** Takes each line that the process writes. */
  write(line: string): void;
  of(pid: number): Promise<Memory>;
};

export function createMemoryReader(): MemoryReader {
  const lines: string[] = [];
  return {
    write(line) {
      if (line.startsWith('{"bench"')) lines.push(line);
    },
    async of(pid) {
      const seen = lines.length;
      process.kill(pid, "SIGUSR2");
      for (let tries = 0; lines.length === seen; tries += 1) {
        if (tries > 600) throw new Error("the process did not tell its memory within 30 s");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const told = lines.at(-1) ?? "";
      const numberOf = (name: string) => Number(new RegExp(`"${name}":(\\d+)`).exec(told)?.[1]);
      return { rssBytes: numberOf("rssBytes"), heapBytes: numberOf("heapUsed") };
    },
  };
}
