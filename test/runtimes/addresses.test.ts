import { describe, expect, it } from "vitest";
import type { RuntimeSettings } from "../../src/core/settings.ts";
import { runtimeAddresses } from "../../src/runtimes/addresses.ts";

describe("the addresses", () => {
  it("are those the runtimes use by themselves where nothing is said", () => {
    expect(
      addresses({}).map(({ id, kind, url, expected, local, source }) => [
        id,
        kind,
        url,
        expected,
        local,
        source.from,
      ]),
    ).toEqual([
      ["ollama", "ollama", "http://127.0.0.1:11434", false, true, "default"],
      ["lmstudio", "lmstudio", "http://127.0.0.1:1234", false, true, "default"],
      ["mlx", "mlx", "http://127.0.0.1:8080", false, true, "default"],
      ["llama-server", "llama-server", "http://127.0.0.1:8080", false, true, "default"],
      ["llama-swap", "llama-swap", "http://127.0.0.1:8080", false, true, "default"],
    ]);
  });

  it("know how the shell wants the Ollama of this machine to run, and no other", () => {
    const variables = {
      OLLAMA_CONTEXT_LENGTH: "65536",
      OLLAMA_NUM_PARALLEL: "2",
      OLLAMA_GPU_OVERHEAD: "1073741824",
      OLLAMA_KV_CACHE_TYPE: "q8_0",
    };
    const server = { context: 65_536, parallel: 2, overheadBytes: 1024 ** 3, kvShare: 8.5 / 16 };
    const { ollama, lmstudio } = byId({ variables });

    expect(ollama?.server).toEqual(server);
    expect(lmstudio).not.toHaveProperty("server");
    const far = byId({ variables: { ...variables, OLLAMA_HOST: "box.lan" } });
    expect(far["ollama"]).not.toHaveProperty("server");
    const odd = {
      OLLAMA_CONTEXT_LENGTH: "much",
      OLLAMA_NUM_PARALLEL: "0",
      OLLAMA_KV_CACHE_TYPE: "f16",
    };
    expect(byId({ variables: odd })["ollama"]).not.toHaveProperty("server");
  });

  it("come from the shell's variables", () => {
    const { ollama, lmstudio, mlx } = byId({
      variables: {
        OLLAMA_HOST: "box.lan",
        LMSTUDIO_HOST: "http://192.168.1.5:1234/v1",
        MLX_HOST: ":9000",
      },
    });

    expect(ollama).toMatchObject({
      url: "http://box.lan:11434",
      local: false,
      expected: true,
      source: { from: "variable", name: "OLLAMA_HOST" },
    });
    expect(lmstudio).toMatchObject({ url: "http://192.168.1.5:1234", local: false });
    expect(mlx).toMatchObject({ url: "http://127.0.0.1:9000", local: true, expected: true });
  });

  it("are not expected where a variable only repeats the usual one", () => {
    const { ollama, lmstudio } = byId({
      variables: {
        OLLAMA_HOST: "http://localhost:11434",
        LMSTUDIO_HOST: "http://localhost:1234/v1",
      },
    });

    expect(ollama).toMatchObject({ url: "http://localhost:11434", expected: false });
    expect(lmstudio).toMatchObject({ expected: false, source: { name: "LMSTUDIO_HOST" } });
  });

  it("count an empty variable as not set", () => {
    expect(byId({ variables: { OLLAMA_HOST: " " } })["ollama"]?.source.from).toBe("default");
  });

  it("come from the settings, several of one kind as well", () => {
    const found = byId({
      runtimes: {
        ollama: { url: "http://127.0.0.1:11500", from: "project" },
        "big-box": { kind: "ollama", url: "10.0.0.2", tokenVariable: "BOX_TOKEN", from: "user" },
        vllm: { kind: "openai", url: "http://10.0.0.3:8000/v1", from: "project" },
        some: { url: "http://10.0.0.4:5000", from: "project" },
      },
    });

    expect(found["ollama"]).toMatchObject({ kind: "ollama", url: "http://127.0.0.1:11500" });
    expect(found["big-box"]).toEqual({
      id: "big-box",
      kind: "ollama",
      url: "http://10.0.0.2:11434",
      local: false,
      source: { from: "user" },
      expected: true,
      tokenVariable: "BOX_TOKEN",
    });
    expect(found["vllm"]?.url).toBe("http://10.0.0.3:8000");
    expect(found["some"]?.kind).toBeUndefined();
  });

  it("prefer the project's settings to a variable, and a variable to the user's settings", () => {
    const variables = { OLLAMA_HOST: "from-variable" };
    const of = (from: "project" | "user") =>
      byId({ variables, runtimes: { ollama: { url: "from-settings", from } } })["ollama"]?.url;

    expect(of("project")).toBe("http://from-settings:11434");
    expect(of("user")).toBe("http://from-variable:11434");
  });

  it("keep what else the settings say of a runtime whose address they leave open", () => {
    const { ollama } = byId({
      runtimes: { ollama: { tokenVariable: "MY_KEY", from: "user" } },
    });

    expect(ollama).toMatchObject({
      url: "http://127.0.0.1:11434",
      expected: false,
      tokenVariable: "MY_KEY",
    });
  });

  it("carry how the settings want the models of a runtime to be used", () => {
    const tuning = { maxTokens: { value: 4096, from: "user" } } as const;
    const found = byId({
      variables: { LMSTUDIO_HOST: "http://box:1234" },
      runtimes: {
        lmstudio: { tuning, from: "user" },
        mlx: { tuning, from: "user" },
        other: { kind: "ollama", url: "box", tuning, from: "user" },
      },
    });

    const tuned = Object.values(found).filter((address) => address?.tuning === tuning);
    expect(tuned.map((address) => address?.id)).toEqual(["other", "lmstudio", "mlx"]);
  });

  it("leave out what is off", () => {
    const found = byId({
      variables: { LMSTUDIO_HOST: "http://box:1234" },
      runtimes: {
        lmstudio: { off: true, from: "user" },
        other: { kind: "ollama", url: "box", off: true, from: "user" },
      },
    });

    expect(Object.keys(found)).toEqual(["ollama", "mlx", "llama-server", "llama-swap"]);
  });

  it("have one entry for one kind at one place: the stronger one", () => {
    const found = byId({
      runtimes: { mine: { kind: "ollama", url: "http://localhost:11434", from: "project" } },
    });

    expect(found["mine"]?.url).toBe("http://localhost:11434");
    expect(found["ollama"]).toBeUndefined();
  });

  it("leave a place to who named it without a kind", () => {
    const found = byId({ runtimes: { mine: { url: "http://127.0.0.1:8080", from: "project" } } });

    expect(Object.keys(found)).toEqual(["ollama", "lmstudio", "mine"]);
  });

  it("reach a server that listens on all interfaces by loopback", () => {
    expect(byId({ variables: { OLLAMA_HOST: "0.0.0.0:11500" } })["ollama"]).toMatchObject({
      url: "http://127.0.0.1:11500",
      local: true,
    });
  });

  const locals: readonly (readonly [string, boolean])[] = [
    ["localhost", true],
    ["my.localhost", true],
    ["127.0.0.2", true],
    ["[::1]", true],
    ["127.evil.example", false],
    ["192.168.0.4", false],
    ["box.lan", false],
  ];
  for (const [host, local] of locals) {
    it(`say that ${host} is ${local ? "" : "not "}this machine`, () => {
      expect(byId({ variables: { OLLAMA_HOST: `${host}:1` } })["ollama"]?.local).toBe(local);
    });
  }

  it("explain a port that was left out", () => {
    expect(byId({ variables: { OLLAMA_HOST: "http://box.lan" } })["ollama"]).toMatchObject({
      url: "http://box.lan:80",
      note: {
        code: "runtime/no-port",
        message: "OLLAMA_HOST has no port, so it means port 80",
        remedy: "did you mean :11434? write http://box.lan:11434",
      },
    });
    expect(byId({ variables: { OLLAMA_HOST: "https://box.lan" } })["ollama"]?.note).toBeUndefined();
  });

  it("explain a port that is none, and what is no address at all", () => {
    const note = (value: string) => byId({ variables: { OLLAMA_HOST: value } })["ollama"]?.note;

    expect(note("box:99999")?.code).toBe("runtime/bad-port");
    expect(note("ftp://box")?.code).toBe("runtime/bad-address");
    expect(note("http://a b c")?.code).toBe("runtime/bad-address");
    expect(byId({ variables: { OLLAMA_HOST: "http://a b" } })["ollama"]?.url).toBe(
      "http://127.0.0.1:11434",
    );
  });

  it("never hold a user or password, and name the variable that does", () => {
    const found = byId({
      variables: { OLLAMA_HOST: "http://me:secret@box:11434" },
      runtimes: { other: { kind: "ollama", url: "http://me:secret@box2", from: "user" } },
    });

    expect(found["ollama"]).toMatchObject({
      url: "http://box:11434",
      tokenVariable: "OLLAMA_HOST",
    });
    expect(found["other"]?.note?.code).toBe("runtime/password-in-settings");
    expect(JSON.stringify(found)).not.toContain("secret");
    const token = { OLLAMA_HOST: "http://box:1/v1?token=secret", LMSTUDIO_HOST: "box?key=secret" };
    const queried = byId({ variables: token });
    expect(queried["ollama"]?.url).toBe("http://box:1");
    expect(JSON.stringify(queried)).not.toContain("secret");
    const bad = byId({ variables: { OLLAMA_HOST: "ftp://me:secret@box" } });
    expect(JSON.stringify(bad)).not.toContain("secret");
  });
});

type Said = {
  readonly variables?: Readonly<Record<string, string>>;
  readonly runtimes?: Readonly<Record<string, RuntimeSettings>>;
};

function addresses({ variables = {}, runtimes = {} }: Said) {
  return runtimeAddresses({ settings: { runtimes }, variables });
}

function byId(said: Said) {
  return Object.fromEntries(addresses(said).map((address) => [address.id, address]));
}
