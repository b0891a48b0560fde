// The transcript of a session, as a file.
import { choice } from "./parameters.ts";
import { artefact } from "./artefact.ts";

export const transcript = artefact({
  name: "transcript",
  operationId: "getTranscript",
  title: "Transcript",
  description: "Everything that was said in a session, as text.",
  suffix: "/transcript",
  names: {
    link: "transcript_download_url",
    expiry: "transcript_download_url_expiry",
    linkAliases: ["transcriptDownloadUrl"],
    expiryAliases: ["transcriptDownloadUrlExpiry"],
  },
  parameters: {
    format: choice(["SRT", "VTT", "JSON", "CSV"], "Form of the file.", { anyCase: true, fallback: "CSV" }),
  },
});
