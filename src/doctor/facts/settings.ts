import { loadSettings } from "../../project/settings.ts";
import { fact } from "../context.ts";

/** The settings of the project and its user. */
export const projectSettings = fact(({ ports, root }) => loadSettings(ports, root));
