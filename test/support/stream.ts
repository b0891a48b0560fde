// A stream of events as a client reads it.

export type StreamEvent = { event: string; id?: string; data?: string };

export type OpenStream = {
  status: number;
  headers: Headers;
  /** Everything that came, comments included. */
  text(): string;
  /** The events that came; `retry` is one without data. */
  events(): StreamEvent[];
  /** Whether the other end has ended it. */
  isOver(): boolean;
  close(): Promise<void>;
};

/** Reads whatever comes until it is closed. */
export function followStream(response: Response): OpenStream {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let isOver = reader === undefined;
  const follow = async () => {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) break;
      text += value;
    }
  };
  void follow()
    .catch(() => {})
    .then(() => (isOver = true));
  return {
    status: response.status,
    headers: response.headers,
    text: () => text,
    events: () => eventsIn(text),
    isOver: () => isOver,
    close: async () => reader?.cancel(),
  };
}

function eventsIn(text: string): StreamEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "" && !block.startsWith(":"))
    .map((block) => {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      return { event: fields["event"] ?? "retry", ...fields };
    });
}
