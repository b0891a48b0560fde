/** What a process of a test is started with beside its settings. Nothing else of the shell's environment reaches it. */
export const bareEnvironment: Readonly<Record<string, string | undefined>> = {
  PATH: process.env["PATH"],
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
};
