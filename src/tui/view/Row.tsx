import { Box, Text } from "ink";
import type { ReactElement } from "react";
import type { Line, Span } from "./line.ts";
import type { Theme, Tone } from "./theme.ts";
import { useTheme } from "./use-theme.ts";

/** One line of the chrome: exactly one row, cut with an ellipsis where it is too long. */
export function Row({ line }: { readonly line: Line }): ReactElement {
  return (
    <Box height={1} flexShrink={0} justifyContent="space-between" overflow="hidden">
      <Box flexShrink={1} overflow="hidden">
        <Spans spans={line.left} />
      </Box>
      {line.right === undefined ? undefined : (
        <Box flexShrink={0} marginLeft={1}>
          <Spans spans={line.right} />
        </Box>
      )}
    </Box>
  );
}

/** Lines below each other. */
export function Rows({ lines }: { readonly lines: readonly Line[] }): ReactElement {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line, index) => (
        // Lines have no identity: what stands in a row may be another line in the next frame.
        <Row key={index} line={line} />
      ))}
    </Box>
  );
}

function Spans({ spans }: { readonly spans: readonly Span[] }): ReactElement {
  const theme = useTheme();
  return (
    <Text wrap="truncate">
      {joined(spans).map((span, index) => (
        <Text key={index} {...inkStyle(toneOf(span, theme))}>
          {textOf(span, theme)}
        </Text>
      ))}
    </Text>
  );
}

/** Neighbours that look alike as one, and nothing for those without text: Ink pays for each. */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (span.type === "text" && last?.type === "text" && last.meaning === span.meaning)
      result[result.length - 1] = { ...last, text: last.text + span.text };
    else if (span.type !== "text" || span.text !== "") result.push(span);
  }
  return result;
}

function textOf(span: Span, theme: Theme): string {
  switch (span.type) {
    case "text":
      return span.text;
    case "glyph":
      return theme.glyph(span.glyph);
    case "marker":
      return theme.marker;
    case "cursor":
      return " ";
    default:
      return span satisfies never;
  }
}

function toneOf(span: Span, theme: Theme): Tone {
  switch (span.type) {
    case "text":
      return theme.tone(span.meaning);
    case "glyph":
      return theme.tone(span.glyph);
    case "marker":
      return theme.tone("key");
    case "cursor":
      return theme.tone("selected");
    default:
      return span satisfies never;
  }
}

/** A tone in Ink's words. */
function inkStyle({ dim, ...tone }: Tone) {
  return dim ? { ...tone, dimColor: true } : tone;
}
