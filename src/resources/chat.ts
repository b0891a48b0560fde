// The chat of a session, as a file.
import { artefact } from "./artefact.ts";

export const chat = artefact({
  name: "chat",
  operationId: "getChat",
  title: "Chat",
  description: "Everything that was written in a session, as CSV.",
  suffix: "/chat",
  names: {
    link: "chat_download_url",
    expiry: "chat_download_url_expiry",
    linkAliases: ["chatDownloadUrl"],
    expiryAliases: ["chatDownloadUrlExpiry"],
  },
});
