// Where the screen of one session is. Nowhere for callers who are not shown its id.
import type { SessionRow } from "../elements/rows.ts";
import type { ScreenContext } from "./screen.ts";

export const sessionHref = ({ id }: SessionRow, { hrefOf }: Pick<ScreenContext, "hrefOf">): string | undefined =>
  id === undefined ? undefined : hrefOf({ screen: "session", session: id });
