// A stream as the body of a response, for platforms that stream it by themselves.
import type { OpenSink, Sink } from "./event-stream.ts";

export const openWebSink: OpenSink = (_request, events, answer) => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOver = false;
  const over = (act: (open: ReadableStreamDefaultController<Uint8Array>) => void) => {
    if (isOver || !controller) return;
    isOver = true;
    act(controller);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (opened) => void (controller = opened),
      pull: () => events.ready(),
      cancel() {
        isOver = true;
        events.over("gone");
      },
    },
    new CountQueuingStrategy({ highWaterMark: 2 }),
  );
  const sink: Sink = {
    write(bytes) {
      if (isOver || !controller) return true;
      controller.enqueue(bytes);
      return (controller.desiredSize ?? 0) > 0;
    },
    end: () => over((open) => open.close()),
    drop() {
      over((open) => open.error(new Error("slow")));
      events.over("slow");
    },
  };
  return { sink, response: answer(body) };
};
