import { Box } from "ink";
import type { ReactElement } from "react";
import { Footer } from "./Footer.tsx";
import type { Size } from "./line.ts";
import { Overlay } from "./Overlay.tsx";
import { Panel } from "./Panel.tsx";
import { Start } from "./Start.tsx";
import { Strip } from "./Strip.tsx";
import type { SurfaceView } from "./surface-view.ts";
import { TooSmall } from "./TooSmall.tsx";

type SurfaceProps = { readonly view: SurfaceView; readonly size: Size };

/** One surface: exactly as big as its rectangle, whatever is in it. */
export function SurfaceRoot({ view, size }: SurfaceProps): ReactElement {
  return (
    <Box width={size.cols} height={size.rows} flexDirection="column" overflow="hidden">
      <Content view={view} size={size} />
    </Box>
  );
}

function Content({ view, size }: SurfaceProps): ReactElement {
  switch (view.type) {
    case "panel":
      return <Panel view={view} size={size} />;
    case "footer":
      return <Footer view={view} size={size} />;
    case "strip":
      return <Strip view={view} size={size} />;
    case "overlay":
      return <Overlay view={view} size={size} />;
    case "start":
      return <Start view={view} size={size} />;
    case "too-small":
      return <TooSmall view={view} />;
    default:
      return view satisfies never;
  }
}
