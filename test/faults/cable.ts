// A cable between one process and Redis that can be pulled, so that one of them is cut off while the others are not.
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

export type Cable = {
  /** Where the process finds Redis. */
  readonly url: string;
  /** Drops every connection, and each new one at once. */
  readonly pull: () => void;
  readonly plugIn: () => void;
  readonly stop: () => Promise<void>;
};

/** To a Redis on this port of loopback. */
export async function layCable(port: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let isPulled = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    if (isPulled) {
      near.destroy();
      return;
    }
    const far = keep(connect(port, "127.0.0.1"));
    keep(near).pipe(far).pipe(near);
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  const pull = () => {
    isPulled = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${own}`,
    pull,
    plugIn: () => (isPulled = false),
    async stop() {
      pull();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
