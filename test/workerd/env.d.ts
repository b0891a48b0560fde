// What `wrangler.toml` binds, for the tests that run on workerd.
import type * as worker from "../../src/worker.ts";

declare global {
  namespace Cloudflare {
    interface Env extends worker.Env {}
    interface GlobalProps {
      mainModule: typeof worker;
    }
  }
}
