import { createContext, useContext } from "react";
import { createTheme, type Theme } from "./theme.ts";

export const ThemeContext = createContext<Theme>(createTheme({ ascii: false, color: true }));

/** The theme of the surface a component is drawn on. */
export function useTheme(): Theme {
  return useContext(ThemeContext);
}
