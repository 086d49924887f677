/** Keeps the selection where it is when the lists of models change below it: `enter` must not surprise. */
import { filterModelRows, modelRows, runtimeRows, switchOptions } from "../model-rows.ts";
import type { Overlay, State } from "../state.ts";

/** The state with its overlay's selection on the row on which it was in another state. */
export function keepSelection(state: State, before: State): State {
  const { overlay } = state;
  if (!overlay || overlay !== before.overlay || state.models === before.models) return state;
  if (!("selected" in overlay) || overlay.type === "palette") return state;
  const was = keysOf(before, overlay);
  const key = was[Math.min(overlay.selected, was.length - 1)];
  const selected = keysOf(state, overlay).findIndex((each) => each === key);
  if (selected < 0 || selected === overlay.selected) return state;
  return { ...state, overlay: { ...overlay, selected } };
}

type List = Extract<Overlay, { type: "model-picker" | "switch-options" | "models" }>;

/** What names the rows of a list. */
function keysOf(state: State, overlay: List): readonly string[] {
  switch (overlay.type) {
    case "model-picker":
      return filterModelRows(modelRows(state), overlay.query).map(({ ref }) => ref);
    case "switch-options":
      return switchOptions(state, overlay).map(({ title }) => title);
    case "models":
      return runtimeRows(state).map(rowName);
    default:
      return overlay satisfies never;
  }
}

/** A model keeps its row's name when it is loaded. */
function rowName(row: ReturnType<typeof runtimeRows>[number]): string {
  const { id } = row.runtime.address;
  if (row.type === "runtime") return id;
  return row.type === "loaded"
    ? `${id}/${row.model?.name ?? row.loaded.name}`
    : `${id}/${row.model.name}`;
}
