import { createClusters } from "../../src/screen/clusters.ts";
import { type CreateEmulator, type Emulator, loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import type { Size } from "../../src/tui/view/line.ts";
import type { FromWorker } from "../../src/tui/view/protocol.ts";
import type { SurfacePlace } from "../../src/tui/view/surfaces.ts";

export type SurfaceEmulators = {
  /** Makes an emulator for each new surface; one of another size keeps its cells, now wrong ones. */
  place(places: readonly SurfacePlace[]): void;
  receive(message: FromWorker): void;
  /** The cells of a surface: rows of numbers, equal where the same is shown. */
  cells(id: string): readonly (readonly number[])[];
  text(id: string): string;
  ids(): readonly string[];
};

/** Emulators for surfaces, fed by what the chrome posts. */
export async function surfaceEmulators(): Promise<SurfaceEmulators> {
  const create = await loadEmulator();
  const emulators = new Map<string, Emulator>();
  const clusters = createClusters();

  function cellsOf(emulator: Emulator): readonly (readonly number[])[] {
    return Array.from({ length: emulator.rows }, (_, row) => {
      const words = new Uint32Array(emulator.cols * 4);
      emulator.copyRow(row, { from: 0, to: emulator.cols, at: 0 }, { words, clusters });
      return [...words];
    });
  }

  return {
    place(places) {
      for (const id of emulators.keys()) {
        if (!places.some((place) => place.id === id)) emulators.delete(id);
      }
      for (const { id, rect } of places) {
        const known = emulators.get(id);
        if (known) known.resize(rect);
        else emulators.set(id, emulatorOf(create, rect));
      }
    },
    receive(message) {
      if (message.type !== "output") return;
      const emulator = emulators.get(message.surface);
      if (emulator?.cols === message.cols && emulator.rows === message.rows) {
        emulator.write(message.text);
      }
    },
    cells: (id) => cellsOf(emulators.get(id)!), // Tests ask for what they placed.
    text: (id) => emulators.get(id)?.screenText() ?? "",
    ids: () => [...emulators.keys()],
  };
}

function emulatorOf(create: CreateEmulator, { cols, rows }: Size): Emulator {
  return create({ cols, rows, scrollback: 0, colors: createHostColors() });
}
