// An export as an answer: its headers once its first page is here, then rows as fast as the client takes them, then the line that says whether
// they are all.
//
// A page is asked for when the one before it was taken, so that an export holds two pages at most. Whoever takes nothing for half a minute is
// cut off; whoever goes away stops the calls.
import type { Context } from "hono";
import { faultName } from "../ground/deadline.ts";
import { reportTo, type Log } from "../ground/log.ts";
import type { Clock } from "../ground/runtime.ts";
import type { ClientLimiter } from "../limits/limiter.ts";
import type { ExportFormat } from "../resources/export.ts";
import { pathOf } from "../resources/read-query.ts";
import type { Resource } from "../resources/resource.ts";
import type { ExportEnd, OpenedExport } from "../service/exports.ts";
import type { OpenSink, Sink } from "./event-stream.ts";
import { deferOf, type AppEnv } from "./exchange.ts";
import { exportForms, type ExportForm } from "./export-form.ts";
import type { AnswerHeaders } from "./headers.ts";
import { allowanceHeaders, policyHeaders } from "./rate-limit.ts";

export type ExportAnswers = {
  answer(c: Context<AppEnv>, opened: OpenedExport, list: Resource, format: ExportFormat): Response;
  /** When the process ends: each export ends with its last line. */
  endAll(): void;
};

export type ExportAnswerParts = { openSink: OpenSink; requests: ClientLimiter; clock: Clock; log: Log };

const patienceMs = 30_000;
const encoder = new TextEncoder();

export function createExportAnswers({ openSink, requests, clock, log }: ExportAnswerParts): ExportAnswers {
  const underWay = new Set<AbortController>();

  return {
    endAll() {
      for (const controller of underWay) controller.abort();
    },

    answer(c, opened, list, format) {
      const exchange = c.get("exchange");
      const form = exportForms[format];
      const headers = headersOf(opened, fileNameOf(opened, list, format), form, requests);
      // Nobody listens to the answer to HEAD.
      if (c.req.method === "HEAD") {
        opened.close();
        return exchange.answer(200, null, headers);
      }
      const startedAt = clock.now();
      const controller = new AbortController();
      const outlet = createOutlet(clock, () => controller.abort());
      const { sink, response } = openSink(c.req.raw, outlet, (body) => exchange.answer(200, body, headers));
      outlet.open(sink);
      underWay.add(controller);
      const report = reportTo(log, "export");

      async function carry(): Promise<void> {
        const about = { app: exchange.app, requestId: exchange.requestId };
        try {
          const { rows, ...end } = await send(opened, form, { outlet, signal: controller.signal });
          const because = outlet.lost() ?? (end.complete ? "complete" : "incomplete");
          const code = end.complete ? "" : (end.code ?? "");
          const seconds = Math.round((clock.now() - startedAt) / 1_000);
          report({ type: "export.ended", because, code, rows, seconds }, about);
        } catch (error) {
          report({ type: "request.failed", reason: faultName(error) }, about);
          sink.drop();
        } finally {
          underWay.delete(controller);
          opened.close();
        }
      }
      // A platform that drops a request when its client goes away would leave the place taken.
      deferOf(c)(carry());
      return response;
    },
  };
}

async function send(
  opened: OpenedExport,
  form: ExportForm,
  { outlet, signal }: { outlet: Outlet; signal: AbortSignal },
): Promise<ExportEnd> {
  const { columns } = opened;
  const pages = opened.rows(signal);
  await outlet.write(form.head(columns));
  for (;;) {
    const page = await pages.next();
    if (page.done) {
      await outlet.write(form.end(page.value));
      outlet.end();
      return page.value;
    }
    await outlet.write(form.rows(page.value, columns));
  }
}

type Outlet = {
  open(sink: Sink): void;
  /** Settles when the client may be sent more, or has gone. */
  write(text: string): Promise<void>;
  end(): void;
  /** Why nobody listens any more. */
  lost(): "gone" | "slow" | undefined;
  ready(): void;
  over(reason: "gone" | "slow"): void;
};

function createOutlet(clock: Clock, whenOver: () => void): Outlet {
  let sink: Sink | undefined;
  let reason: "gone" | "slow" | undefined;
  let goOn = () => {};

  return {
    open: (opened) => void (sink = opened),
    async write(text) {
      if (!sink || reason || text === "" || sink.write(encoder.encode(text))) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.timer(patienceMs, () => sink?.drop());
        goOn = () => {
          cancel();
          resolve();
        };
      });
    },
    end: () => sink?.end(),
    lost: () => reason,
    ready: () => goOn(),
    over(why) {
      reason ??= why;
      goOn();
      whenOver();
    },
  };
}

function headersOf(
  { totalCount, allowance }: OpenedExport,
  fileName: string,
  { contentType }: ExportForm,
  requests: ClientLimiter,
): AnswerHeaders {
  return {
    "content-type": contentType,
    "content-disposition": `attachment; filename="${fileName}"`,
    "cache-control": "no-store",
    ...(totalCount !== null && { "x-total-count": String(totalCount) }),
    ...policyHeaders(requests),
    ...allowanceHeaders(requests, allowance),
  };
}

/** App, list and ids: characters that need no escape in a header, nor in a file's name. */
function fileNameOf({ ask }: OpenedExport, list: Resource, format: ExportFormat): string {
  const { app, ids } = ask.question;
  return `${[app, ...pathOf(list, ids).split("/").filter(Boolean)].join("-")}.${format}`;
}
