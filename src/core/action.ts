/**
 * Everything a user can ask for with a key or from the palette. The keys are bound to these names in
 * `keys/keymap.ts`; the words here are what help, palette, which-key strip and README show.
 */
export const actions = {
  "focus-plan": { title: "focus plan", group: "focus" },
  "focus-build": { title: "focus build", group: "focus" },
  "focus-review": { title: "focus review", group: "focus" },
  "focus-left": { title: "focus the pane to the left", group: "focus" },
  "focus-down": { title: "focus the pane below", group: "focus" },
  "focus-up": { title: "focus the pane above", group: "focus" },
  "focus-right": { title: "focus the pane to the right", group: "focus" },
  "focus-next": { title: "focus the next pane", group: "focus" },
  "next-waiting": { title: "next pane that waits for me", group: "focus" },
  restart: { title: "restart this mode, conversation kept", group: "agent" },
  "restart-all": { title: "restart all modes", group: "agent" },
  "pick-model": { title: "pick this mode's model", group: "models" },
  models: { title: "models: load, unload, details", group: "models" },
  zoom: { title: "zoom the focused pane", group: "layout" },
  "next-layout": { title: "next layout (columns, main + stack, rows)", group: "layout" },
  "toggle-panel": { title: "side panel on / off", group: "layout" },
  "scroll-up": { title: "scroll up a page", group: "pane" },
  "scroll-down": { title: "scroll down a page", group: "pane" },
  "toggle-mouse": { title: "mouse capture on / off", group: "pane" },
  "send-prefix": { title: "send the prefix itself", group: "pane" },
  environment: { title: "environment: state, hook output, reload", group: "ai-rules" },
  doctor: { title: "doctor: what is wrong, what mends it", group: "ai-rules" },
  log: { title: "log", group: "ai-rules" },
  palette: { title: "command palette", group: "ai-rules" },
  help: { title: "help", group: "ai-rules" },
  quit: { title: "quit", group: "ai-rules" },
} as const satisfies Readonly<Record<string, { title: string; group: string }>>;

export type Action = keyof typeof actions;

/** All actions, in the order in which they are listed. */
export const actionNames: readonly Action[] = Object.keys(actions).filter(isAction);

/** Whether a text names an action: for names from settings files. */
export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}

/** The actions whose name or title holds every word of a query, in listing order. */
export function filterActions(query: string): readonly Action[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return actionNames.filter((name) => {
    const text = `${name} ${actions[name].title} ${actions[name].group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
