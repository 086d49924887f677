import { existsSync, readdirSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandResult, Variables } from "../../src/platform/ports.ts";
import { createFlakeProject, type FlakeProject } from "../nix/flake-project.ts";
import { environmentOf } from "../nix/nix-machine.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { profileDirectory } from "./profile-files.ts";

const servers = "/usr/lib/postgresql";
const present = existsSync(servers) && readdirSync(servers).length > 0;
const skip = !present && !process.env["CI"];

// One Nix is enough: what is run here knows nothing of it.
describe.each(nixPrograms.slice(0, 1))("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip || skip)("the database of a profile's shell", () => {
    let project: FlakeProject;
    let env: Variables;

    beforeEach(async () => {
      const files = profileDirectory("phoenix-ash");
      project = await createFlakeProject({ nix, files, name: "mein Shop für Äpfel" });
      // As a pane has it.
      const user = { ...project.env, PGPORT: String(await freePort()) };
      env = environmentOf(await project.load({}, { env: user })).variables;
      // PostgreSQL refuses to run as root, so that another user works in the project.
      await chmod(project.directory, 0o755);
      await chmod(project.root, 0o777);
    });

    afterEach(async () => {
      await run("db-stop");
      expect(await postgresProcesses()).toEqual([]);
      await project.remove();
    });

    async function run(script: string, more: Variables = {}): Promise<CommandResult> {
      const shell = ["bash", "-c", script];
      const asRoot = process.getuid?.() === 0;
      const [file = "", ...args] = asRoot
        ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", ...shell]
        : shell;
      return project.ports.run({
        file,
        args,
        cwd: project.root,
        env: { ...env, TMPDIR: "/tmp", ...more },
      });
    }

    async function postgresProcesses(): Promise<readonly string[]> {
      const all = await project.ports.processes.list();
      return all.map(({ command }) => command).filter((command) => command.includes(project.root));
    }

    it("starts, answers, keeps what it was told, and stops", async () => {
      const started = await run("db-start");
      expect(started.stderr).toBe("");
      expect(started.stdout).toBe(
        `PostgreSQL answers at 127.0.0.1:${env["PGPORT"]}; the user is postgres, without a password\n`,
      );
      const created = await run(
        `psql -qc "create table apples (name text)" -c "insert into apples values ('Jonagold Äpfel')"`,
      );
      expect(created.stderr).toBe("");

      expect((await run("db-stop")).stdout).toBe("PostgreSQL has stopped\n");
      expect(await postgresProcesses()).toEqual([]);
      await run("db-start");

      const found = await run('psql -tAc "select lower(name) from apples"');
      expect(found.stderr).toBe("");
      expect(found.stdout).toBe("jonagold äpfel\n");
    });

    it("can be started and stopped twice", async () => {
      await run("db-start");

      const again = await run("db-start");
      expect(again.exit.code).toBe(0);
      expect(again.stdout).toContain("runs already");

      await run("db-stop");
      const stopped = await run("db-stop");
      expect(stopped.exit.code).toBe(0);
      expect(stopped.stdout).toBe("PostgreSQL does not run\n");
    });

    it("makes its data anew when that was interrupted", async () => {
      await run('mkdir "$PGDATA.new" && echo half > "$PGDATA.new/PG_VERSION"');

      expect((await run("db-start")).exit.code).toBe(0);

      expect(readdirSync(project.root)).not.toContain(".nix-postgres.new");
    });

    it("says why it does not start", async () => {
      const blocker = createServer();
      await new Promise<void>((resolve) => {
        blocker.listen(Number(env["PGPORT"]), "127.0.0.1", resolve);
      });
      try {
        const { exit, stderr } = await run("db-start");

        expect(exit.code).toBe(1);
        expect(stderr).toContain("db-start: PostgreSQL did not start");
        expect(stderr).toContain("Address already in use");
      } finally {
        await new Promise((resolve) => blocker.close(resolve));
      }
    });

    it("says where it is meant to be run", async () => {
      const { exit, stderr } = await run("unset PGDATA; db-start");

      expect(exit.code).not.toBe(0);
      expect(stderr).toContain("db-start runs in the development shell");
    });

    it("listens on this machine's own address only, without a socket in the project", async () => {
      await run("db-start");

      const log = await readFile(join(project.root, ".nix-postgres/server.log"), "utf8");
      const listening = log.split("\n").filter((line) => line.includes("listening on"));
      expect(listening).toHaveLength(1);
      expect(listening[0]).toContain('IPv4 address "127.0.0.1"');
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
