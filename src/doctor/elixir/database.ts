/** The PostgreSQL of the project: its data in PGDATA, its port PGPORT. */
import { isAbsolute, join } from "node:path";
import { shellWord } from "../../core/shell-word.ts";
import type { Ports, Variables } from "../../platform/ports.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import { commandFix } from "../command-fix.ts";
import type { DoctorContext } from "../context.ts";
import { mixProject } from "../facts/mix-project.ts";
import { freePort, portHolder } from "../facts/port-holder.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { byWhom } from "./ports.ts";

const clients = ["postgrex", "ecto_sql", "ash_postgres"];
const usualPort = 5432;

export const databaseCheck: Check = {
  id: "elixir-database",
  group: "elixir",
  title: "PostgreSQL: the data directory and the port",
  timeoutMs: 5000,
  run: async (context) => {
    const { dependencies } = await mixProject(context);
    if (!clients.some((name) => dependencies.has(name)))
      return [skip("no PostgreSQL in this project")];
    const { variables } = await shellVariables(context);
    const data = variables["PGDATA"];
    if (data === undefined || data === "")
      return [skip("PGDATA is not set: the database is somewhere else")];
    if (!isAbsolute(data))
      return [skip(`PGDATA is a relative path, ${data}: its place is not known`)];
    const owner = (await context.ports.files.status(data).catch(() => undefined))?.uid;
    const { uid } = context.ports.host;
    // Root may look, and never starts it.
    if (owner !== undefined && uid !== undefined && uid !== 0 && owner !== uid)
      return [foreignData(data)];
    return look(context, { data, variables });
  },
};

type Database = { readonly data: string; readonly variables: Variables };

async function look(context: DoctorContext, database: Database): Promise<readonly Finding[]> {
  const { data, variables } = database;
  const port = Number(variables["PGPORT"]) || usualPort;
  const made = (await context.ports.files.readText(join(data, "PG_VERSION")))?.trim();
  const runs = await runningServer(context, data);
  const isElsewhere = runs?.lives && runs.port !== undefined && runs.port !== port;
  const findings = [
    ...(made === undefined ? [] : await faultsOfData(context, { ...database, made })),
    ...(isElsewhere ? [otherPort(runs.port, port)] : []),
    ...(runs?.lives ? [] : await portFinding(context, port)),
    ...(runs?.foreign ? [staleLock(data, runs.pid)] : []),
  ];
  if (findings.length > 0) return findings;
  if (made === undefined) return [ok(`no data yet: \`db-start\` makes it; port ${port} is free`)];
  return [
    ok(runs?.lives ? `it runs, process ${runs.pid}` : `it does not run; port ${port} is free`),
  ];
}

type Server = {
  readonly pid: number;
  /** Where it listens. */
  readonly port?: number;
  /** It is a server. */
  readonly lives: boolean;
  /** The process of this number is another program: PostgreSQL would take it for a server. */
  readonly foreign: boolean;
};

/** postmaster.pid: the process' number, the data, the start, and in the fourth line the port (pidfile.h). */
async function runningServer({ ports }: DoctorContext, data: string): Promise<Server | undefined> {
  const text = await ports.files.readText(join(data, "postmaster.pid")).catch(() => undefined);
  const pid = Number.parseInt(text ?? "", 10);
  if (!(pid > 0)) return undefined;
  const found = await ports.processes.find(pid);
  const lives = found !== undefined && /postgres|postmaster/u.test(found.command);
  const port = Number.parseInt(text?.split("\n")[3] ?? "", 10);
  const foreign = found !== undefined && !lives && (await couldBeItsOwn(ports, data, pid));
  return { pid, lives, foreign, ...(port > 0 ? { port } : {}) };
}

/** PostgreSQL takes the process of another user for none of its own (CreateLockFile: EPERM). */
async function couldBeItsOwn({ files }: Ports, data: string, pid: number): Promise<boolean> {
  const [process, owned] = await Promise.all([files.status(`/proc/${pid}`), files.status(data)]);
  return process === undefined || process.uid === owned?.uid;
}

function foreignData(data: string): Finding {
  return {
    status: "fail",
    code: "elixir/database-owner",
    found: `${data} belongs to another user`,
    why: "PostgreSQL refuses to start on it",
    remedy: `run \`sudo chown -R "$(id -u)" ${shellWord(data)}\``,
  };
}

function otherPort(runs: number | undefined, wanted: number): Finding {
  return {
    status: "warn",
    code: "elixir/database-port",
    found: `the project's PostgreSQL listens on port ${runs}, and PGPORT is ${wanted}`,
    why: "Ecto looks for it where it is not",
    remedy: "start it anew in the project's shell: `db-stop && db-start`",
  };
}

function staleLock(data: string, pid: number): Finding {
  return {
    status: "fail",
    code: "elixir/database-lock",
    found: `postmaster.pid names process ${pid}, which is another program by now`,
    why: "PostgreSQL takes it for a server that runs, and does not start",
    remedy: `run \`rm ${shellWord(join(data, "postmaster.pid"))}\``,
  };
}

async function faultsOfData(
  context: DoctorContext,
  { data, variables: env, made }: Database & { readonly made: string },
): Promise<readonly Finding[]> {
  const result = await context.run({
    file: "postgres",
    args: ["--version"],
    env,
    timeoutMs: 3000,
  });
  const program = /\(PostgreSQL\) (\d+)/u.exec(result.stdout)?.[1];
  const status = await context.ports.files.status(data);
  return [
    ...(program === undefined || program === made ? [] : [otherVersion({ data, made, program })]),
    ...(status && (status.mode & 0o027) !== 0 ? [open(data)] : []),
  ];
}

function otherVersion(versions: {
  readonly data: string;
  readonly made: string;
  readonly program: string;
}): Finding {
  const { data, made, program } = versions;
  const [from, to] = [data, `${data}.${made}`].map(shellWord);
  return {
    status: "fail",
    code: "elixir/database-version",
    found: `the data is of PostgreSQL ${made}, and the shell has ${program}`,
    why: "PostgreSQL starts on no data but that of its own version",
    remedy: `put it aside with \`mv ${from} ${to}\`, then \`db-start\`; pg_upgrade takes it over`,
  };
}

function open(data: string): Finding {
  const fix = commandFix("chmod", "0700", data);
  return {
    status: "fail",
    code: "elixir/database-open",
    found: `${data} can be entered by others`,
    why: "PostgreSQL refuses to start on it",
    remedy: `run \`${fix.command}\``,
    fix,
  };
}

async function portFinding(context: DoctorContext, port: number): Promise<readonly Finding[]> {
  const holder = await portHolder(context, port);
  if (!holder) return [];
  return [
    {
      status: "warn",
      code: "elixir/database-port",
      found: `port ${port} is taken${byWhom(holder)}, and not by the project's own PostgreSQL`,
      why: "`db-start` fails, and Ecto talks to a server that is not the project's",
      remedy: `run \`export PGPORT=${await freePort(context, port + 1)}\` before the shell is entered, or stop that server`,
    },
  ];
}
