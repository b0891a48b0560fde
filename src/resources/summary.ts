// The summary of a session, as a file. The upstream writes its names in camel case here, and so do its SDKs.
import { artefact } from "./artefact.ts";

export const summary = artefact({
  name: "summary",
  operationId: "getSummary",
  title: "Summary",
  description: "What a session was about, in a few sentences.",
  suffix: "/summary",
  names: {
    link: "summaryDownloadUrl",
    expiry: "summaryDownloadUrlExpiry",
    linkAliases: ["summary_download_url"],
    expiryAliases: ["summary_download_url_expiry"],
  },
});
