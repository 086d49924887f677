import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { runMix } from "./mix-project.ts";

/** Builds the stand-in for Hex; returns the archive's path. */
export async function buildHexArchive(): Promise<string> {
  const home = await temporaryDirectory();
  const cwd = join(home, "hex");
  await cp(resolve(import.meta.dirname, "../fixtures/hex-stand-in"), cwd, { recursive: true });
  const built = await runMix(["archive.build"], { cwd, home, mixHome: join(home, "mix") });
  if (built.code !== 0) throw new Error(`the stand-in for Hex was not built: ${built.stderr}`);
  return join(cwd, "hex-9.9.9.ez");
}

/**
 * Serves an archive as Hex's builds are served, until the test ends. Older releases of Mix want the
 * list of builds signed: a key of our own is put where Mix has those that a user trusts.
 */
export async function serveHex(archive: string, mixHome: string): Promise<string> {
  const bytes = await readFile(archive);
  const digest = createHash("sha512").update(bytes).digest("hex");
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await mkdir(join(mixHome, "public_keys"), { recursive: true });
  await writeFile(
    join(mixHome, "public_keys", "test.pub"),
    publicKey.export({ type: "spki", format: "pem" }),
  );
  // Version, digest, the oldest Elixir and (as of 1.18) the oldest OTP it is for.
  const list = `9.9.9,${digest},1.0.0,24\n`;
  const answers: Readonly<Record<string, string | Buffer>> = {
    csv: list,
    signed: sign("sha512", Buffer.from(list), privateKey).toString("base64"),
    ez: bytes,
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split(".").at(-1) ?? ""];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was bound");
  return `http://127.0.0.1:${address.port}`;
}
