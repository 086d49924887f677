import { createNetwork } from "../../src/platform/network.ts";
import type { AdapterContext } from "../../src/runtimes/adapter.ts";
import { createRuntimeClient } from "../../src/runtimes/http/client.ts";
import { memoryFiles } from "./memory-files.ts";

export type ContextOptions = {
  readonly token?: string | undefined;
  readonly files?: Partial<AdapterContext["files"]>;
};

/** What an adapter works with, with real HTTP to a stand-in and no files but those given. */
export function adapterContext(
  { url }: { readonly url: string },
  { token, files }: ContextOptions = {},
): AdapterContext {
  return {
    client: createRuntimeClient({ fetch: createNetwork().fetchPatiently, url, token }),
    files: { ...memoryFiles({}), ...files },
  };
}

/** The signal of a request that nobody gives up. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
